"""Base models and what was trained from them: resolve, verify, load."""
