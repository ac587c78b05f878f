"""What a person does: one module per Slack feature, each with register(...)."""
