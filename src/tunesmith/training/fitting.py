"""Which rows a phase cannot train on: of another task, with images, with several labels."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row


def refuse_unfit(rows: list[Row], task: str) -> None:
    """Refuse rows that the task would train on wrongly.

    Args:
        rows: all rows of the phase; one without a task is taken as fitting.
        task: of the phase.

    Raises:
        UserError: says how many rows do not fit and names the first.
    """
    other = [row for row in rows if row.get("task") not in (task, None)]
    if other:
        kinds = Counter(str(row["task"]) for row in other)
        found = ", ".join(f"{count:,} of task {kind}" for kind, count in sorted(kinds.items()))
        raise UserError(
            f"{len(other):,} of {len(rows):,} rows do not fit a phase of task {task}: {found}; "
            f"first {other[0].get('source')}. Take their source out of collect.sources, or "
            "train them in a phase of their task"
        )
    _refuse(rows, lambda row: bool(row.get("images")), "hold images, which are kept, not trained")
    if task == "classification":
        _refuse(rows, lambda row: _is_list(row.get("label")), "have several labels; one is trained")


def _refuse(rows: list[Row], unfit: Callable[[Row], bool], why: str) -> None:
    """Refuse rows for one reason."""
    found = [row for row in rows if unfit(row)]
    if found:
        raise UserError(
            f"{len(found):,} of {len(rows):,} rows {why}; first {found[0].get('source')}. "
            "Take their source out of collect.sources"
        )


def _is_list(label: Any) -> bool:
    """True for the JSON list that a row with several labels has."""
    try:
        return isinstance(json.loads(label or ""), list)
    except json.JSONDecodeError:
        return False
