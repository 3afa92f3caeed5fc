"""Rows with every column, for tests that need no model."""

from pathlib import Path
from typing import Any

import pandas as pd

from tunesmith.rows import COLUMNS, Row, to_frame, write_rows


def plain_chat(number: int | str, question: str, answer: str, **more: Any) -> Row:
    """Return a chat row `row-<number>` from `toy.jsonl`."""
    return {
        **dict.fromkeys(COLUMNS),
        "id": f"row-{number}",
        "task": "chat",
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
        "source": f"toy.jsonl:{number}",
        "lang": "en",
        **more,
    }


def plain_label(number: int | str, text: str, label: str | None, **more: Any) -> Row:
    """Return a classification row."""
    kept = {"prompt": None, "completion": None, "task": "classification"}
    return {**plain_chat(number, "", ""), **kept, "text": text, "label": label, **more}


def write_plain(path: Path, rows: list[Row]) -> pd.DataFrame:
    """Write rows as a table and return it."""
    frame = to_frame(rows)
    write_rows(path, frame)
    return frame
