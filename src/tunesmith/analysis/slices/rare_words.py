"""Rows whose question holds a word that train hardly ever has."""

from collections import Counter
from collections.abc import Sequence

from tunesmith.text.units import units


def rare_words(prompts: Sequence[str], train: Sequence[str], below: int) -> list[str]:
    """Return `yes` or `no` for each prompt: it holds a unit of fewer than `below` train rows.

    Units are English words and Chinese characters; figures do not count.
    """
    rows = Counter(unit for text in train for unit in set(units(text)))
    return ["yes" if any(rows[unit] < below for unit in units(text)) else "no" for text in prompts]
