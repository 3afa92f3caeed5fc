"""What the page shows of a row: its texts beside those of the row it came from."""

import json
from collections.abc import Sequence
from copy import deepcopy
from itertools import zip_longest
from typing import Any, TypeAlias

from tunesmith.report.changed_tokens import Flagged, changed_tokens, joined
from tunesmith.review.row_check import ANSWERS
from tunesmith.rows import TURNS, Row, message_text

Turn: TypeAlias = tuple[str | None, str]  # role, text
SHOWN = ("prompt", "messages", "text", "completion", "label", "chosen", "rejected", "completions")
FACTS = ("lang", "licence", "source", "group", "weight", "replaces", "parent", "op", "tools")


def blocks(row: Row, before: Row | None) -> list[dict[str, Any]]:
    """Return the texts of a row, each column with that of the earlier row and what differs.

    Each is `{name, now, before}`; both are lists of `{role, parts}`, parts are `[text, changed]`.
    `before` is None where there is no earlier row, or it has no such column.
    """
    return [
        _block(name, turns(row, name), turns(before or {}, name))
        for name in SHOWN
        if row.get(name) is not None or (before or {}).get(name) is not None
    ]


def turns(row: Row, name: str) -> list[Turn]:
    """Return what a column says, by turn; of steps the role is whether each is right."""
    cell = row.get(name)
    if cell is None:
        return []
    if name in TURNS:
        return [(turn["role"], message_text(turn)) for turn in cell]
    if name == "completions":
        marks = row.get("labels") or []
        return [
            ("right" if right else "wrong", step) for step, right in zip(cell, marks, strict=False)
        ]
    return [(None, str(cell))]


def form(row: Row) -> Row:
    """Return the columns that the page lets a person change, an empty place where one is missing.

    A conversation that ends with a question gets the place of an answer.
    """
    made = deepcopy({name: row[name] for name in SHOWN if row.get(name) is not None})
    if made.get("messages"):
        if row["task"] == "chat" and made["messages"][-1]["role"] != "assistant":
            made["messages"] = [*made["messages"], {"role": "assistant", "content": ""}]
        return made
    filled = {**deepcopy(ANSWERS.get(row["task"], {})), **made}
    return {name: filled[name] for name in SHOWN if name in filled}


def facts(row: Row) -> list[tuple[str, str]]:
    """Return what else is known of a row: name and value."""
    found = [(name, str(row[name])) for name in FACTS if row.get(name) is not None]
    meta = row.get("meta")
    meta = json.loads(meta) if isinstance(meta, str) else meta or {}
    return found + [
        (f"meta.{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in sorted(meta.items())
    ]


def _block(name: str, now: Sequence[Turn], before: Sequence[Turn]) -> dict[str, Any]:
    """Return one column, turn beside turn."""
    beside = _labels if name == "label" else _pair
    pairs = [beside(new, old) for new, old in zip_longest(now, before)]
    return {
        "name": name,
        "now": [new for new, _ in pairs if new],
        "before": [old for _, old in pairs if old] or None,
    }


def _pair(now: Turn | None, before: Turn | None) -> tuple[Any, Any]:
    """Return two turns that stand beside each other, with what differs."""
    if now is None or before is None:
        return now and _plain(now), before and _plain(before)
    found = None if now[1] == before[1] else changed_tokens(now[1], before[1])
    if found is None:
        return _plain(now), _plain(before)
    return _turn(now[0], joined(found[0])), _turn(before[0], joined(found[1]))


def _labels(now: Turn | None, before: Turn | None) -> tuple[Any, Any]:
    """Return two labels, marked whole where they differ."""
    if now is None or before is None:
        return _pair(now, before)
    differ = now[1] != before[1]
    return _turn(None, [(now[1], differ)]), _turn(None, [(before[1], differ)])


def _plain(turn: Turn) -> dict[str, Any]:
    """Return a turn in which nothing is marked."""
    return _turn(turn[0], [(turn[1], False)])


def _turn(role: str | None, parts: Flagged) -> dict[str, Any]:
    """Return a turn as the page takes it."""
    return {"role": role, "parts": parts}
