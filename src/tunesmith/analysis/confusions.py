"""Which labels a classifier takes for which."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


MOST = 20
SHOWN_IDS = 10


def confusion_pairs(cases: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the commonest wrong pairs: count, mean score, share of the reference, worst rows.

    Args:
        cases: as `build_cases` makes them, of a classification.
    """
    totals = cases["reference"].value_counts().to_dict()
    wrong = cases[cases["wrong"].astype(bool)]
    found = [_pair(rows, totals) for _, rows in wrong.groupby(["reference", "candidate"])]
    found.sort(key=lambda one: (-one["count"], one["reference"], one["prediction"]))
    return found[:MOST]


def _pair(rows: "pd.DataFrame", totals: Mapping[Any, int]) -> dict[str, Any]:
    """Return what is shown of the rows of one pair."""
    reference, prediction = str(rows["reference"].iloc[0]), str(rows["candidate"].iloc[0])
    return {
        "reference": reference,
        "prediction": prediction,
        "count": len(rows),
        "mean": float(rows["candidate_score"].mean()),
        "share": len(rows) / totals[reference],
        "action": _action(reference, prediction),
        "action_kind": "relabel",
        "ids": _worst(rows),
    }


def _worst(rows: "pd.DataFrame") -> list[str]:
    """Return the ids of the rows of a pair that score least; of equal ones the first by id."""
    ordered = rows.sort_values(["candidate_score", "id"], kind="stable")
    return list(ordered["id"].head(SHOWN_IDS))


def _action(reference: str, prediction: str) -> str:
    """Say what to do about a pair."""
    return (
        f'Look at 10 rows of "{reference}" that got "{prediction}": either the labels overlap and '
        f'need a rule, or "{reference}" needs rows that contrast the two.'
    )
