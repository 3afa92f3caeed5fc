"""The rounds as a table that `dvc plots show` draws: a line for each part of the test rows."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from tunesmith.improve.ledger import Round

COLUMNS = ("round", "part", "score", "low", "high", "kept", "rows_added", "train_seconds", "money")


def history(rounds: Sequence[Round]) -> str:
    """Return the table as CSV."""
    text = io.StringIO()
    lines = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerows(line for one in rounds for line in _lines(one))
    return text.getvalue()


def _lines(one: Round) -> Iterator[dict[str, Any]]:
    """Yield the lines of one round."""
    for part in one.proof["parts"]:
        yield {
            "round": one.number,
            "part": part["name"],
            "score": part["after"],
            "low": part["after_low"],
            "high": part["after_high"],
            "kept": one.kept,
            "rows_added": one.rows,
            "train_seconds": one.train_seconds,
            "money": one.money,
        }
