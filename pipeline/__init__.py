"""What happens to a mail: pure steps and the conductor that joins them."""
