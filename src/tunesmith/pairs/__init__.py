"""Preference pairs out of what the pipeline has found: ratings of people, a judge, errors."""
