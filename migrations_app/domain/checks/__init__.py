"""Checks: they look and never touch."""
