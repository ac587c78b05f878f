"""One concrete client per vendor; vendor exceptions stop here."""
