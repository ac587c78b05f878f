"""What a person sees: cards and modals, pure functions from values to Block Kit."""
