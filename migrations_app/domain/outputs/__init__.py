"""What was rendered, as the files of each tool that may take it from here."""
