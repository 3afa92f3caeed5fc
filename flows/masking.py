"""Keeps passwords and keys out of what a run prints and records."""

import os
import re

MASK = "***"
SHORTEST = 8  # a shorter value may be any word
_SECRET = {"KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PAT", "WEBHOOK"}
_PLACE = {"PATH", "FILE", "DIR", "HOME"}
_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def masked(text: str) -> str:
    """Return a text without the secrets of the environment and what URLs hold before `@`.

    A secret is the value of a variable whose name says so, such as HF_TOKEN or
    AWS_SECRET_ACCESS_KEY; HF_TOKEN_PATH is none.
    """
    for name, value in os.environ.items():
        if len(value) >= SHORTEST and value in text and _is_secret(name):
            text = text.replace(value, MASK)
    return _IN_URL.sub(MASK, text)


def _is_secret(name: str) -> bool:
    """Tell by its name whether a variable holds a secret."""
    words = set(name.upper().split("_"))
    return bool(words & _SECRET) and not words & _PLACE
