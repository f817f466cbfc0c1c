"""The pure core: text and values in, text and values out. Nothing in here does any I/O."""
