"""Models that reason write their thoughts before the reply."""

import re

UNOPENED = re.compile(r"\A(?:(?!<think>).)*?</think>", re.DOTALL)  # the template opened them
THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def without_thoughts(reply: str) -> str:
    """Return what a model replied after thinking, without white space at its ends.

    Some chat templates write the opening tag themselves, so that a reply begins inside of it.
    """
    return THOUGHT.sub("", UNOPENED.sub("", reply)).strip()
