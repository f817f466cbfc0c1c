"""The commands that run on the core alone: no database, no server."""
