"""What a phase cannot train on: rows of another task, images, texts beyond the model's context."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import PROMPT, Row
from tunesmith.tasks.unpaired import each

READS: dict[str, tuple[str, ...]] = {  # task of a phase → of its rows, where they differ
    "completion": ("chat",),
    "prompt": ("chat", "preference", "unpaired", "stepwise", PROMPT),
    "reward": ("preference",),
    "unpaired": ("unpaired", "preference"),
}
OFFSET = {"roberta", "xlm-roberta", "camembert", "mpnet"}  # count positions behind the padding's id


def refuse_unfit(rows: list[Row], task: str) -> None:
    """Refuse rows that the task would train on wrongly.

    Args:
        rows: all rows of the phase; one without a task is taken as fitting.
        task: of the phase.

    Raises:
        UserError: says how many rows do not fit and names the first.
    """
    other = [row for row in rows if row.get("task") not in read_by(task)]
    if other:
        raise UserError(
            f"{len(other):,} of {len(rows):,} rows do not fit a phase of task {task}: "
            f"{_kinds(other)}; first {other[0].get('source')}. Take their source out of "
            f"collect.sources, or train them in a phase of their task{_answering(other)}"
        )
    _refuse(rows, lambda row: bool(row.get("images")), "hold images, which are kept, not trained")
    if task == "classification":
        _refuse(rows, lambda row: _is_list(row.get("label")), "have several labels; one is trained")


def fitting_rows(
    rows: list[Row],
    task: str,
    split: str,
    name: str,
    told: bool,
    beside: tuple[str, ...] = (),
) -> list[Row]:
    """Return the rows of a table that a phase of a task trains on, and say what it leaves.

    One table holds the rows of all phases. A table without a single fitting row is refused.

    Args:
        rows: of the table.
        task: of the phase.
        split: of the table, for the message.
        name: of the phase.
        told: whether this process prints.
        beside: tasks of rows that the phase takes by another way.

    Returns:
        the rows; for a phase of unpaired ones a pair is two.

    Raises:
        UserError: there are rows, and none fits.
    """
    fitting = [row for row in rows if row.get("task") in read_by(task)]
    left = [row for row in rows if row.get("task") not in (*read_by(task), *beside)]
    if not fitting and len(left) == len(rows):
        refuse_unfit(rows, task)
    if left and told:
        print(
            f"{name}: {len(left):,} of {len(rows):,} rows of {split} are left to phases of other "
            f"tasks ({_kinds(left)})",
            flush=True,
        )
    return [one for row in fitting for one in each(row)] if task == "unpaired" else fitting


def read_by(task: str) -> tuple[str | None, ...]:
    """Return the tasks of rows that a phase of a task reads; a row without one fits any."""
    return (*READS.get(task, (task,)), None)


def refuse_long(max_length: int, virtual_tokens: int, config: Any) -> None:
    """Refuse lengths that the model has no positions for; it would fail, or answer nonsense.

    Args:
        max_length: tokens of the longest text.
        virtual_tokens: that the method puts before it.
        config: of the model; one without a limit takes any length.

    Raises:
        UserError: names the longest that fits.
    """
    text = config.get_text_config()
    limit = getattr(text, "max_position_embeddings", None)
    if not isinstance(limit, int) or limit <= 0:
        return
    if config.model_type in OFFSET:
        limit -= (text.pad_token_id or 0) + 1
    if max_length + virtual_tokens > limit:
        also = f" and {virtual_tokens} virtual tokens" if virtual_tokens else ""
        raise UserError(
            f"phases.<name>.max_length: {max_length} tokens{also} are more than the base model "
            f"has positions for ({limit}); at most {limit - virtual_tokens}"
        )


def _kinds(rows: list[Row]) -> str:
    """Return how many rows there are of each task, in words."""
    kinds = Counter(str(row["task"]) for row in rows)
    return ", ".join(f"{count:,} of task {kind}" for kind, count in sorted(kinds.items()))


def _answering(rows: list[Row]) -> str:
    """Return the way out for rows that nobody has answered, in words."""
    if not any(row.get("task") == PROMPT for row in rows):
        return ""
    return "; those of task prompt have no answer, which a teacher can give (docs/distillation.md)"


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
