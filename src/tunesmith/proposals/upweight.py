"""Upweight: train rows near the failures of a slice, which training meets once more often."""

from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.feedback_row import MOST_WEIGHT
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker, best_first, train_nearness
from tunesmith.proposals.target import Target
from tunesmith.rows import Row, row_id

SPARES = 2  # rows for each that is wanted


class Upweight(Maker):
    """Raise the weight of train rows by one, up to `most_weight`.

    The row replaces itself: `weight` says how often training meets it, as rows that are there so
    many times (training counts all rows alike).
    """

    kind: Literal["upweight"] = "upweight"
    most_weight: int = Field(default=3, ge=2, le=MOST_WEIGHT)

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        near = train_nearness(target, bench, with_made=True)
        order = np.argsort(-near, kind="stable")
        below = [k for k in order if bench.weights[bench.train[k]["id"]] < self.most_weight]
        found = [k for k in below if near[k] > 0][: SPARES * wanted]
        full = int((near > 0).sum()) - sum(near[k] > 0 for k in below)
        return Made(
            best_first([_again(bench.train[k], float(near[k]), bench) for k in found]),
            {"most_weight": full} if full else {},
        )


def _again(row: Row, score: float, bench: Bench) -> Candidate:
    """Return the candidate of a row that training is to meet once more often."""
    weight = bench.weights[row["id"]] + 1
    new = {**row, "id": row_id(f"upweight{weight}:{row['id']}", row)}
    return Candidate(new, score, replaces=row["id"], weight=weight)
