"""Everything that was found, in one tree, each with one thing to do, the costliest first."""

from collections.abc import Sequence
from typing import Any

from tunesmith.analysis.prices import error_price
from tunesmith.analysis.ranked import WeakSlice
from tunesmith.analysis.remedies import Signs, remedy
from tunesmith.stats.resample import Floats

MOST_ACTIONS = 12
VAGUE = "read"  # kinds of action that say where to look, not what to change: they come last


def slice_findings(weak: Sequence[WeakSlice], signs: Signs) -> list[dict[str, Any]]:
    """Return the weak slices, the costliest first, with the names that each explains."""
    found = []
    for one in weak:
        cure = remedy(one, signs)
        said = {"action": cure.words, "action_kind": cure.kind, "ids": cure.ids}
        found.append({**one.line, "covers": one.covers, **said})
    return found


def plan(found: dict[str, Any], scores: Floats, full: float) -> list[dict[str, Any]]:
    """Return what to do, one entry for each finding, ordered by impact.

    `impact` is in rows of full score: of a slice, a kind of error, a confused pair and a cluster
    what its rows lack to all other rows, at least (see `prices`); of suspected test labels one row
    each, of suspected train rows the wrong test rows times their share of the train rows near
    those. What only says where to read comes last.

    Args:
        found: all findings.
        scores: (N,) of the candidate on all test rows, more is better.
        full: what lies between no score and full score.
    """

    def price(one: dict[str, Any]) -> float:
        return error_price(one["count"], one["mean"], scores, full)

    pairs = [(f"{one['reference']} → {one['prediction']}", one) for one in found["confusions"]]
    entries = [
        *(_entry(one, "slice", one["name"], one["impact"]) for one in found["slices"]),
        *(_entry(one, "error_type", one["kind"], price(one)) for one in found["error_types"]),
        *(_entry(one, "confusion", about, price(one)) for about, one in pairs),
        *(_entry(one, "cluster", one["name"], price(one)) for one in found["clusters"]),
        *_label_entries(found["label_errors"], found["wrong"]),
    ]
    return sorted(entries, key=lambda one: (one["kind"] == VAGUE, -one["impact"], one["about"]))


def actions(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Return the words of the first entries of the plan."""
    return [one["words"] for one in entries[:MOST_ACTIONS]]


def _entry(one: dict[str, Any], finding: str, about: str, impact: float) -> dict[str, Any]:
    """Return one entry of the plan."""
    return {
        "finding": finding,
        "about": about,
        "kind": one["action_kind"],
        "words": one["action"] if finding != "error_type" else _said(one),
        "ids": one.get("ids", []),
        "impact": float(impact),
    }


def _said(one: dict[str, Any]) -> str:
    """Return the words of a kind of error with its name and rows."""
    return f"{one['title']} ({one['count']} rows): {one['action']}"


def _label_entries(suspects: dict[str, Any], wrong: int) -> list[dict[str, Any]]:
    """Return what to do about test and train rows whose label or answer is likely wrong."""
    share = len(suspects["train"]) / max(suspects["train_looked_at"], 1)
    impact = {"test": float(len(suspects["test"])), "train": wrong * share}
    words = {
        "test": "Check the references of {n} test rows: the model and its nearest train rows agree "
        "on another label. A changed reference changes every score, so do it between rounds.",
        "train": "Check {n} train rows near the failures: the rows around them say otherwise.",
    }
    return [
        {
            "finding": "label_errors",
            "about": side,
            "kind": "relabel",
            "words": words[side].format(n=len(suspects[side])),
            "ids": sorted({row["id"] for row in suspects[side]}),
            "impact": impact[side],
        }
        for side in ("test", "train")
        if suspects[side]
    ]
