"""What may not travel does not; who may not look, cannot."""
