"""Models that reason write their thoughts before the reply."""

import re

THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def without_thoughts(reply: str) -> str:
    """Return what a model replied after thinking, without white space at its ends."""
    return THOUGHT.sub("", reply).strip()
