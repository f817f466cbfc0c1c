"""Reads: what pages, resources and gates are shown. Nothing here writes."""
