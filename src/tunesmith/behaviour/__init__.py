"""Behavioural tests: what a model must be able to do, beside what it scores on average."""

CANDIDATE = "candidate"
CHAMPION = "champion"
