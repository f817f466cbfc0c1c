"""From bytes to a bundle: every reader, behind one guard."""
