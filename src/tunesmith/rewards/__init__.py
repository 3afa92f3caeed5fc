"""Reward models at work: what an answer is worth, asked in plain text."""
