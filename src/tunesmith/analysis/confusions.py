"""Which labels a classifier takes for which."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


MOST = 20
SHOWN_IDS = 10


def confusion_pairs(cases: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the commonest wrong pairs: reference, prediction, count, share of the reference.

    Args:
        cases: as `build_cases` makes them, of a classification.
    """
    totals = cases["reference"].value_counts()
    wrong = cases.loc[cases["wrong"].astype(bool), ["reference", "candidate"]]
    counts = wrong.value_counts().reset_index(name="count")
    ordered = counts.sort_values(["count", "reference", "candidate"], ascending=[False, True, True])
    return [
        {
            "reference": line["reference"],
            "prediction": line["candidate"],
            "count": int(line["count"]),
            "share": float(line["count"] / totals[line["reference"]]),
            "action": _action(line["reference"], line["candidate"]),
            "action_kind": "relabel",
            "ids": _worst(cases, line["reference"], line["candidate"]),
        }
        for line in ordered.head(MOST).to_dict("records")
    ]


def _worst(cases: "pd.DataFrame", reference: str, prediction: str) -> list[str]:
    """Return the ids of some rows of a pair."""
    both = (cases["reference"] == reference) & (cases["candidate"] == prediction)
    return sorted(cases.loc[both & cases["wrong"].astype(bool), "id"])[:SHOWN_IDS]


def _action(reference: str, prediction: str) -> str:
    """Say what to do about a pair."""
    return (
        f'Look at 10 rows of "{reference}" that got "{prediction}": either the labels overlap and '
        f'need a rule, or "{reference}" needs rows that contrast the two.'
    )
