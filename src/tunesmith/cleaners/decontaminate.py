"""Drops train rows that repeat a row that was set apart for testing or validation."""

from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.rows import to_rows
from tunesmith.text.leaks import leaks

SIDES: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    ("test", (None, "train", "validation")),
    ("validation", (None, "train")),
)


class Decontaminate(Cleaner):
    """Drop rows that ask what a test row asks, or, outside validation, what a validation row asks.

    It asks the question that the gate `no_leak` asks. Rows of the test split are never dropped.
    """

    kind: Literal["decontaminate"] = "decontaminate"
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.9

    def __call__(self, rows: pd.DataFrame, seed: int) -> Verdicts:
        """Return a drop for each row that leaks, with the id of the row it repeats."""
        records = to_rows(rows)
        verdicts: Verdicts = [None] * len(records)
        for held_out, others in SIDES:
            known = [row for row in records if row["split"] == held_out]
            places = [k for k, row in enumerate(records) if row["split"] in others]
            for leak in leaks([records[k] for k in places], known, self.similarity, seed):
                verdict = Verdict(
                    "drop", f"repeats a {held_out} row", leak.score, known[leak.right]["id"]
                )
                verdicts[places[leak.left]] = verdicts[places[leak.left]] or verdict
        return verdicts
