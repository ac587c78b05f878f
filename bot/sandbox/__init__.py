"""The outside world on this machine: Slack, Gmail and model stand-ins, and the browser page. Imports nothing of ours."""
