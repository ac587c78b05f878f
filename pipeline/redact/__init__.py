"""The only place that turns real text into Redacted."""
