"""Presets: what they may say, and which one wins."""
