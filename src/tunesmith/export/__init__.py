"""A trained phase as one folder that other programs serve: merged, compared, written."""
