"""What meets the outside: the only importers of client libraries."""
