"""The cards as JSON, one per state: a difference is a design review."""
