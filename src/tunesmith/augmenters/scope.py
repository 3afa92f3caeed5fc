"""Finds the part of a message that may change: the request, not the material it is about."""

import re
from typing import NamedTuple

from tunesmith.rows import Row

MATERIAL = re.compile(r"(?<=\S)(?:\s*\n|[:：]\s*(?=\S)(?!//))|```")
FEWEST_CHARS = 6


class Scope(NamedTuple):
    """A message in two: what may change and what comes after it and stays."""

    part: str
    rest: str


def scope_of(row: Row, message: str) -> Scope:
    """Return the message cut before its first line break, colon or code.

    "Correct this sentence: I has a apple" is answered for the sentence as it stands. A
    classification row is all text, and so is a message whose beginning is too short to be a
    request ("Hi:").
    """
    if row["task"] == "classification":
        return Scope(message, "")
    for match in MATERIAL.finditer(message):
        if len(message[: match.start()].strip()) >= FEWEST_CHARS:
            return Scope(message[: match.start()], message[match.start() :])
    return Scope(message, "")
