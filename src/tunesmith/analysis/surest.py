"""The wrong answers that the model is surest of."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tunesmith.rows import to_rows

if TYPE_CHECKING:
    import pandas as pd

PROBABILITY, PER_TOKEN = "probability", "probability_per_token"
KEPT = ["id", "lang", "prompt", "reference", "candidate"]


def surest_errors(
    cases: "pd.DataFrame", chances: list[dict[str, float]] | None, most: int
) -> dict[str, Any]:
    """Return the measure of certainty and the wrong rows by it, the surest first.

    For a classifier it is the probability of the wrong label, for a generator the geometric mean
    of the probabilities of the tokens of its answer, in [0, 1], which does not hang on its length.
    Without either there is none.

    Args:
        cases: as `build_cases` makes them.
        chances: for each case its label → probability, or None.
        most: rows at most.
    """
    wrong = cases["wrong"].to_numpy(dtype=bool)
    if chances is not None:
        answers = list(cases["candidate"])
        sure = np.array(
            [own.get(label, np.nan) for own, label in zip(chances, answers, strict=True)]
        )
        return _ordered(PROBABILITY, cases.assign(sure=sure)[wrong], most)
    sure = np.exp(cases["own_logprob_per_token"])
    return _ordered(PER_TOKEN, cases.assign(sure=sure)[wrong], most)


def _ordered(measure: str, wrong: "pd.DataFrame", most: int) -> dict[str, Any]:
    """Return the rows by what they are surest of."""
    known = wrong[wrong["sure"].notna()]
    ordered = known.sort_values(["sure", "id"], ascending=[False, True], kind="stable").head(most)
    rows = [
        {**{name: case[name] for name in KEPT}, measure: float(case["sure"])}
        for case in to_rows(ordered)
    ]
    return {"measure": measure if rows else None, "rows": rows}
