"""One module per command: arguments in, one action, results on standard output."""
