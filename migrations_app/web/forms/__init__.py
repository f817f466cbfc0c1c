"""Forms: shape only; what is acceptable is the action's to say."""
