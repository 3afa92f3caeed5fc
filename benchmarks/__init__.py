"""Commands that print a table of what things cost."""
