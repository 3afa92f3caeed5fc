"""Small examples for the tests of the cleaners."""

import json
from typing import Any

import pandas as pd

from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.run import Cleaned, run_cleaners
from tunesmith.rows import COLUMNS, Row, row_id, to_frame


def chat(question: str, answer: str, **more: Any) -> Row:
    """Return one chat example."""
    turns = {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }
    return _row(**{"task": "chat", "lang": "en", **turns, **more})


def labelled(text: str, label: str | None, **more: Any) -> Row:
    """Return one classification example."""
    return _row(**{"task": "classification", "lang": "en", "text": text, "label": label, **more})


def _row(**columns: Any) -> Row:
    row = {**dict.fromkeys(COLUMNS), **columns}
    if isinstance(row["meta"], dict):
        row["meta"] = json.dumps(row["meta"])
    return row


def frame(*rows: Row) -> pd.DataFrame:
    """Return rows as a table, with ids and sources."""
    numbered = enumerate(rows, start=1)
    return to_frame(
        {**row, "id": row_id(f"t#{line}", row), "source": f"t.jsonl:{line}"}
        for line, row in numbered
    )


def cleaned(step: Cleaner, *rows: Row, seed: int = 0) -> Cleaned:
    """Return what one cleaner does to some rows."""
    return run_cleaners(frame(*rows), [step], seed)


def kept_lines(result: Cleaned) -> list[int]:
    """Return the line numbers of the rows that stayed."""
    return [int(source.rpartition(":")[2]) for source in result.kept["source"]]


def texts(result: Cleaned) -> list[str]:
    """Return the question of each row that stayed."""
    return [turns[0]["content"] for turns in result.kept["prompt"]]


def done(result: Cleaned) -> list[tuple[str, str]]:
    """Return action and reason of everything that was done."""
    return [(d["action"], d["reason"]) for d in result.decisions if d["action"] != "keep"]
