"""The board against the stand-in for Slack, over real HTTP and with a real database."""
