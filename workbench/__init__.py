"""The project: wiring of Django itself, no domain words."""
