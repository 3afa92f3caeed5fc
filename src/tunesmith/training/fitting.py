"""What a phase cannot train on: rows of another task, images, texts beyond the model's context."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row

TRAINED_AS = {"completion": "chat"}  # task of a phase → of its rows, where they differ
OFFSET = {"roberta", "xlm-roberta", "camembert", "mpnet"}  # count positions behind the padding's id


def refuse_unfit(rows: list[Row], task: str) -> None:
    """Refuse rows that the task would train on wrongly.

    Args:
        rows: all rows of the phase; one without a task is taken as fitting.
        task: of the phase.

    Raises:
        UserError: says how many rows do not fit and names the first.
    """
    fitting = (TRAINED_AS.get(task, task), None)
    other = [row for row in rows if row.get("task") not in fitting]
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
