"""Runs the cleaners in the order written and keeps one decision for everything they did."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.rows import Row, to_frame, to_rows

DECISIONS = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("step", pa.string()),  # kind of the cleaner; null for a row that none had a word about
        ("action", pa.string()),  # keep, drop, rewrite, flag
        ("reason", pa.string()),
        ("score", pa.float64()),
        ("partner", pa.string()),  # id of the row that this one repeats or contradicts
    ]
)
Record = dict[str, Any]


class Cleaned(NamedTuple):
    """Rows that stay, and a record for each row and cleaner that acted on it."""

    kept: pd.DataFrame
    decisions: list[Record]


def run_cleaners(rows: pd.DataFrame, steps: Sequence[Cleaner], seed: int) -> Cleaned:
    """Return the rows after all steps, in their order, and every decision.

    A row that no step acted on gets one record with the action `keep`.
    """
    decisions: list[Record] = []
    left = rows
    for step in steps:
        verdicts = step(left, seed)
        acted = zip(to_rows(left), verdicts, strict=True)
        decisions += [_record(row, step.kind, verdict) for row, verdict in acted if verdict]
        left = _applied(left, verdicts)
    touched = {record["id"] for record in decisions}
    untouched = Verdict("flag", "untouched")
    decisions += [
        {**_record(row, None, untouched), "action": "keep"}
        for row in to_rows(left)
        if row["id"] not in touched
    ]
    return Cleaned(left, decisions)


def _record(row: Row, step: str | None, verdict: Verdict) -> Record:
    """Return one row of the decisions table."""
    return {
        "id": row["id"],
        "source": row["source"],
        "step": step,
        "action": verdict.action,
        "reason": verdict.reason,
        "score": verdict.score,
        "partner": verdict.partner,
    }


def _applied(rows: pd.DataFrame, verdicts: Verdicts) -> pd.DataFrame:
    """Return the rows without the dropped, with the rewritten in their place."""
    kept: list[Row] = []
    for row, verdict in zip(to_rows(rows), verdicts, strict=True):
        if verdict is None or verdict.action == "flag":
            kept.append(row)
        elif verdict.action == "rewrite":
            assert verdict.row is not None, "a rewrite carries its row"
            kept.append(verdict.row)
    return to_frame(kept)


def summary(rows: pd.DataFrame, cleaned: Cleaned) -> Record:
    """Return how many rows came and stayed, by language, and what each step did and why."""
    return {
        "rows": {
            "in": len(rows),
            "kept": len(cleaned.kept),
            "dropped": len(rows) - len(cleaned.kept),
        },
        "languages": {"in": _languages(rows), "kept": _languages(cleaned.kept)},
        "dropped": _counted(cleaned.decisions, "drop"),
        "rewritten": _counted(cleaned.decisions, "rewrite"),
        "flagged": _counted(cleaned.decisions, "flag"),
    }


def _languages(rows: pd.DataFrame) -> dict[str, int]:
    """Count rows by language."""
    return dict(Counter(lang or "und" for lang in rows["lang"]))


def _counted(decisions: list[Record], action: str) -> dict[str, dict[str, int]]:
    """Return step → reason → rows for one action."""
    counts: dict[str, Counter[str]] = {}
    for record in decisions:
        if record["action"] == action:
            counts.setdefault(record["step"], Counter())[record["reason"]] += 1
    return {step: dict(reasons) for step, reasons in counts.items()}
