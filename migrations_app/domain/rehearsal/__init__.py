"""Rehearsals: what is played, what is allowed, and what it showed."""
