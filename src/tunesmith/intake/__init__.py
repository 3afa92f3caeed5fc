"""Checks files before they are part of the data: read, cleaned and gated; nothing is changed."""
