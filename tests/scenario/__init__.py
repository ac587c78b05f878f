"""Stories told over the sandbox: the real bot, the real clients, the stand-ins of the outside world."""
