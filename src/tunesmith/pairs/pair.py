"""A preference row that is made of a row and two answers to it, and names what it came from."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from tunesmith.rows import Row, prompt_of

KEPT = ("lang", "licence", "group", "tools")  # of the row that was asked


class Pairs(NamedTuple):
    """Preference rows in the order of the rows asked, and why others are none: reason → rows."""

    rows: list[dict[str, Any]]
    left_out: dict[str, int]


def pair_of(row: Row, chosen: str, rejected: str, op: str, **beside: Any) -> dict[str, Any]:
    """Return two answers to a row as a row that stage collect reads.

    Args:
        row: what was asked; the pair's `parent`.
        chosen: the better answer.
        rejected: the worse one.
        op: who or what preferred it.
        beside: further columns, which collect puts into `meta`.
    """
    return {
        **{name: row[name] for name in KEPT if row.get(name) is not None},
        "task": "preference",
        "prompt": prompt_of(row),
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "parent": row["id"],
        "op": op,
        **beside,
    }


def sorted_out(made: Iterable[dict[str, Any] | str]) -> Pairs:
    """Return what is a pair, and count what is the reason that there is none."""
    each = list(made)
    reasons = Counter(one for one in each if isinstance(one, str))
    return Pairs([one for one in each if not isinstance(one, str)], dict(sorted(reasons.items())))
