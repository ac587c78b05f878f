"""What runs and what is true: settings, the ticket machine, clients, store, projections and the command line."""
