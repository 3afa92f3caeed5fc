"""Writes tests into a folder and expands them, for the tests of this folder."""

import json
from pathlib import Path
from typing import Any

from tunesmith.behaviour.expand import Expanded, behaviour_rows
from tunesmith.rows import Row


def written(folder: Path, *tests: dict[str, Any], name: str = "ours.jsonl") -> Path:
    """Write one test a line and return the folder."""
    lines = [json.dumps(test, ensure_ascii=False) for test in tests]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def expanded(
    folder: Path, *tests: dict[str, Any], rows: list[Row] | None = None, task: Any = "chat"
) -> Expanded:
    """Write tests and return what they expand into."""
    return behaviour_rows(written(folder, *tests), rows or [], task, seed=0)


def told(row: Row) -> dict[str, Any]:
    """Return what a row says of its test."""
    return json.loads(row["meta"])["behaviour"]


def asked(row: Row) -> str:
    """Return the last question of a row."""
    return row["text"] or row["prompt"][-1]["content"]


def line(text: str, **scores: float) -> dict[str, Any]:
    """Return a prediction as stage predict writes it."""
    return {"prediction": text, "scores": json.dumps(scores) if scores else None}
