"""Phases and gates."""
