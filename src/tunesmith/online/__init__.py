"""Reinforcement: a model answers, its answers are scored, and it learns from the scores."""
