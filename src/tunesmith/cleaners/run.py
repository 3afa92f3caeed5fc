"""Runs the cleaners in the order written and keeps one decision for everything they did."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from tunesmith.cleaners.base import Cleaner, TextedRows, Verdict, Verdicts, whole_text
from tunesmith.rows import Row, to_frame, to_rows

if TYPE_CHECKING:
    import pandas as pd

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
Apply = Callable[[list[Row], Cleaner], tuple[list[Row], list[Record]]]
BATCH_ROWS = 8_192


class Cleaned(NamedTuple):
    """Rows that stay, and a record for each row and cleaner that acted on it."""

    kept: "pd.DataFrame"
    decisions: list[Record]


def run_cleaners(rows: "pd.DataFrame", steps: Sequence[Cleaner], seed: int) -> Cleaned:
    """Return the rows after all steps, in their order, and every decision.

    A row that no step acted on gets one record with the action `keep`.
    """

    def across(left: list[Row], step: Cleaner) -> tuple[list[Row], list[Record]]:
        return apply_step(left, step, seed)

    kept, decisions = in_order(to_rows(rows), steps, seed, across)
    return Cleaned(to_frame(kept), decisions)


def in_order(
    rows: list[Row], steps: Sequence[Cleaner], seed: int, across: Apply
) -> tuple[list[Row], list[Record]]:
    """Return the rows that stay, and every decision; the steps act in the order they are given in.

    Args:
        rows: to be cleaned.
        steps: those that look at one row at a time act in batches.
        seed: of the steps.
        across: applies a step that compares rows.
    """
    decisions: list[Record] = []
    left = rows
    for scope, run in groupby(steps, key=attrgetter("scope")):
        if scope == "row":
            left, acted = apply_row_steps(left, list(run), seed)
            decisions += acted
            continue
        for step in run:
            left, acted = across(left, step)
            decisions += acted
    return left, decisions + untouched(left, decisions)


def apply_row_steps(
    rows: list[Row], steps: Sequence[Cleaner], seed: int
) -> tuple[list[Row], list[Record]]:
    """Return what `apply_step` does, step after step, for cleaners that look at one row at a time.

    The rows go through all steps in batches, so that the texts of one batch are held at a time.
    """
    kept: list[Row] = []
    acted: list[list[Record]] = [[] for _ in steps]
    for start in range(0, len(rows), BATCH_ROWS):
        batch: list[Row] = TextedRows(rows[start : start + BATCH_ROWS])
        for number, step in enumerate(steps):
            batch, some = apply_step(batch, step, seed)
            acted[number] += some
        kept += batch
    return kept, list(chain.from_iterable(acted))


def apply_step(rows: list[Row], step: Cleaner, seed: int) -> tuple[list[Row], list[Record]]:
    """Return the rows that one step leaves, the rewritten in their place, and its decisions."""
    return apply_verdicts(rows, step.kind, step.verdicts(rows, seed))


def apply_verdicts(
    rows: list[Row], kind: str, verdicts: Verdicts
) -> tuple[list[Row], list[Record]]:
    """Return the rows that the verdicts of one step leave, and its decisions.

    `TextedRows` stay such; only of a rewritten row the texts are gathered anew.
    """
    kept: list[Row] = []
    decisions: list[Record] = []
    for row, verdict in zip(rows, verdicts, strict=True):
        if verdict is not None:
            decisions.append(_record(row, kind, verdict))
        if verdict is None or verdict.action == "flag":
            kept.append(row)
        elif verdict.action == "rewrite":
            assert verdict.row is not None, "a rewrite carries its row"
            kept.append(verdict.row)
    if isinstance(rows, TextedRows):
        kept = TextedRows(kept, _texts_left(rows.texts, verdicts))
    return kept, decisions


def _texts_left(texts: Sequence[str], verdicts: Verdicts) -> list[str]:
    """Return the texts of the rows that the verdicts leave."""
    return [
        text if verdict is None or verdict.row is None else whole_text(verdict.row)
        for text, verdict in zip(texts, verdicts, strict=True)
        if verdict is None or verdict.action != "drop"
    ]


def decision_table(decisions: list[Record]) -> pa.Table:
    """Return decisions as a table; column by column, which is twice as fast as row by row."""
    columns = [pa.array([one[field.name] for one in decisions], field.type) for field in DECISIONS]
    return pa.Table.from_arrays(columns, schema=DECISIONS)


def untouched(rows: list[Row], decisions: list[Record]) -> list[Record]:
    """Return one `keep` record for each row that no decision is about."""
    touched = {record["id"] for record in decisions}
    verdict = Verdict("flag", "untouched")
    keep: Record = {**_record({"id": None, "source": None}, None, verdict), "action": "keep"}
    return [
        {**keep, "id": row["id"], "source": row["source"]}
        for row in rows
        if row["id"] not in touched
    ]


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


def summary(rows: "pd.DataFrame", cleaned: Cleaned) -> Record:
    """Return how many rows came and stayed, by language, and what each step did and why."""
    return {
        "rows": {
            "in": len(rows),
            "kept": len(cleaned.kept),
            "dropped": len(rows) - len(cleaned.kept),
        },
        "languages": {"in": languages(rows["lang"]), "kept": languages(cleaned.kept["lang"])},
        "dropped": counted(cleaned.decisions, "drop"),
        "rewritten": counted(cleaned.decisions, "rewrite"),
        "flagged": counted(cleaned.decisions, "flag"),
    }


def languages(langs: Iterable[str | None]) -> dict[str, int]:
    """Count rows by language."""
    return dict(Counter(lang or "und" for lang in langs))


def counted(decisions: list[Record], action: str) -> dict[str, dict[str, int]]:
    """Return step → reason → rows for one action."""
    counts: dict[str, Counter[str]] = {}
    for record in decisions:
        if record["action"] == action:
            counts.setdefault(record["step"], Counter())[record["reason"]] += 1
    return {step: dict(reasons) for step, reasons in counts.items()}
