"""Evens out the train rows over the values of one or more fields: by repeats and cuts."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, NonNegativeInt, field_validator

from tunesmith.component import Component
from tunesmith.fields import checked_field, field_of
from tunesmith.files import sha256_text
from tunesmith.rows import Row, row_id

NONE = "(none)"
REPEAT, WEIGHT = "repeat", "weight"  # operations of a row that is there once more


class Balance(Component):
    """How many rows each value, or each combination of values, should have.

    over: the smaller ones are repeated until the largest has `max_ratio` times as many. under: the
    larger ones are cut until they have `max_ratio` times the smallest. temperature: sizes as
    size^(1/T) at about the same total, from 1 (as they are) towards even, by repeats and cuts.
    Training counts all rows alike; a classifier may weigh its classes (`class_weights` of a phase).

    Source: temperature as for languages in https://arxiv.org/abs/1911.02116, section 3.1
    (alpha there is 1/T here).
    """

    how: Literal["over", "under", "temperature"]
    by: list[str] = Field(min_length=1)
    max_ratio: float = Field(1.0, ge=1)  # largest to smallest, for over and under
    temperature: float = Field(2.0, ge=1)
    most_repeats: NonNegativeInt = 3  # of one row, beside itself

    @field_validator("by", mode="before")
    @classmethod
    def _are_fields(cls, names: object) -> list[str]:
        """Accept one name for a list of one, and refuse a name that no row can have."""
        return [
            checked_field(str(name)) for name in (names if isinstance(names, list) else [names])
        ]


@dataclass(frozen=True)
class Balanced:
    """The rows to train on, the repeats last; the rows left out; and the counts."""

    rows: list[Row]
    left_out: list[Row]
    summary: dict[str, Any]


def balance_rows(rows: Sequence[Row], params: Balance, seed: int) -> Balanced:
    """Return the rows evened out; which one is repeated or left out hangs on seed and id alone.

    A repeat names its row as `parent` and `repeat` as `op`. Rows that an augmenter made are the
    first to be left out.
    """
    names = [value_of(row, params.by) for row in rows]
    sizes = dict(sorted(Counter(names).items()))
    return _sampled(rows, names, targets(sizes, params), params, seed)


def _sampled(
    rows: Sequence[Row], names: list[str], wanted: dict[str, int], params: Balance, seed: int
) -> Balanced:
    """Return each value's rows cut or repeated to the number that is wanted."""
    gone: set[str] = set()
    repeats: list[Row] = []
    values = {}
    groups: dict[str, list[Row]] = {name: [] for name in wanted}
    for row, name in zip(rows, names, strict=True):
        groups[name].append(row)
    for name, target in wanted.items():
        order = sorted(groups[name], key=lambda row: _place(row, seed))
        again = _repeats(order, target - len(order), params.most_repeats)
        gone |= {row["id"] for row in order[target:]}
        repeats += again
        values[name] = {
            "before": len(order),
            "repeated": len(again),
            "left_out": len(order[target:]),
            "missing": max(0, target - len(order) - len(again)),  # most_repeats was reached
        }
    kept = [row for row in rows if row["id"] not in gone]
    left_out = [row for row in rows if row["id"] in gone]
    return Balanced([*kept, *repeats], left_out, _summary(params, values))


def value_of(row: Row, by: Sequence[str]) -> str:
    """Return the row's values of the fields as one text."""
    return " · ".join(field_of(row, name) or NONE for name in by)


def targets(sizes: dict[str, int], params: Balance) -> dict[str, int]:
    """Return how many rows each value should have, before repeats are capped; at least one."""
    low, high = min(sizes.values(), default=0), max(sizes.values(), default=0)
    if params.how == "over":
        return {name: max(size, math.ceil(high / params.max_ratio)) for name, size in sizes.items()}
    if params.how == "under":
        return {name: min(size, math.floor(low * params.max_ratio)) for name, size in sizes.items()}
    flat = {name: size ** (1 / params.temperature) for name, size in sizes.items()}
    scale = sum(sizes.values()) / (sum(flat.values()) or 1)
    return {name: max(1, round(value * scale)) for name, value in flat.items()}


def _place(row: Row, seed: int) -> tuple[bool, str, str]:
    """Return where a row stands in the queue: originals and feedback before made rows."""
    made = row["parent"] is not None and not str(row["op"]).startswith("feedback:")
    return made, sha256_text(f"{seed}:balance:{row['id']}"), str(row["id"])


def _repeats(order: list[Row], missing: int, most: int) -> list[Row]:
    """Return the rows again, round after round, until none is missing or the cap is reached."""
    turns = [(turn, row) for turn in range(1, most + 1) for row in order]
    return [repeat_of(row, turn, REPEAT) for turn, row in turns[: max(missing, 0)]]


def repeat_of(row: Row, turn: int, op: str) -> Row:
    """Return the row once more, with an id of its own that hangs on operation and turn."""
    again = row_id(f"{op}{turn}:{row['id']}", row)
    return {**row, "id": again, "parent": row["id"], "op": op}


def _summary(params: Balance, values: dict[str, Any]) -> dict[str, Any]:
    """Return what was done to each value."""
    return {"how": params.how, "by": params.by, "values": values}
