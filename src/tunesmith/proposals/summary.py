"""What the report says of the proposals: the weak slices, who proposed what, and what was not."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tunesmith.analysis.ranked import Ranked
from tunesmith.proposals.guard import Guard
from tunesmith.proposals.line import Proposal
from tunesmith.proposals.target import EVERYWHERE, Target
from tunesmith.slices import MIN_ROWS

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("n", "mean", "rest_mean", "shortfall", "low", "high", "p", "q", "origin")
MOST_NAMED = 20
READY = "ready"  # proposals that nobody has to look at
NO_ROWS = "no validation row was asked, or train is empty; see reports/data/exam.json"


def summary(
    cases: "pd.DataFrame | None",
    ranked: Ranked | None,
    goals: Sequence[Target],
    found: Sequence[Proposal],
    guard: Guard,
    kinds: Sequence[str],
) -> dict[str, Any]:
    """Return the report.

    Args:
        cases: the validation rows with their answers; None where there are none.
        ranked: the slices among them.
        goals: the slices to mend.
        found: what is proposed.
        guard: what was refused.
        kinds: of the makers, in their order.
    """
    wrong = 0 if cases is None else int(cases["wrong"].sum())
    return {
        "rows": 0 if cases is None else len(cases),
        "wrong": wrong,
        "why_none": why_none(cases, ranked, goals),
        "slices": [_slice(one, ranked, found) for one in goals],
        "makers": {kind: _maker(kind, found, guard) for kind in dict.fromkeys(kinds)},
        "held_out": guard.named[:MOST_NAMED],
        "proposed": len(found),
        "needs": _needs(found),
        "plan": [_said(one, found) for one in goals if one.quota],
    }


def why_none(
    cases: "pd.DataFrame | None", ranked: Ranked | None, goals: Sequence[Target]
) -> str | None:
    """Return why no weak slice was found; None where one was."""
    if cases is None or ranked is None:
        return NO_ROWS
    if not goals:
        return "every validation row is answered right"
    if goals[0].name != EVERYWHERE:
        return None
    if not ranked.table["ranked"].any():
        return (
            f"no slice has {MIN_ROWS} of the {len(cases):,} validation rows; raise "
            "split.validation_ratio or exam.validation_rows"
        )
    return f"no slice of {len(cases):,} validation rows is worse than the rest by more than chance"


def told(report: dict[str, Any]) -> str:
    """Return the report in one line."""
    counts = ", ".join(
        f"{one['proposed']:,} by {kind}"
        for kind, one in report["makers"].items()
        if one["proposed"]
    )
    slices = sum(one["name"] != EVERYWHERE for one in report["slices"])
    where = f"{slices:,} weak slice{'s' * (slices > 1)}" if slices else report["why_none"]
    return f"{report['proposed']:,} rows ({counts or 'none'}); {where}"


def _slice(target: Target, ranked: Ranked | None, found: Sequence[Proposal]) -> dict[str, Any]:
    """Return what is known of one slice."""
    lines = {one.name: one.line for one in ranked.weak} if ranked else {}
    line = lines.get(target.name, {})
    return {
        "name": target.name,
        "reason": target.reason,
        **{key: line[key] for key in SHOWN if key in line},
        "quota": target.quota,
        "proposed": sum(one.target.name == target.name for one in found),
    }


def _maker(kind: str, found: Sequence[Proposal], guard: Guard) -> dict[str, Any]:
    """Return what one maker proposed, and what of it was refused."""
    own = [one for one in found if one.maker == kind]
    refused = guard.refusals.get(kind, Counter())
    return {"proposed": len(own), "needs": _needs(own), "refused": dict(sorted(refused.items()))}


def _needs(found: Sequence[Proposal]) -> dict[str, int]:
    """Count proposals by what a person has to do."""
    return dict(sorted(Counter(one.candidate.needs or READY for one in found).items()))


def _said(target: Target, found: Sequence[Proposal]) -> str:
    """Return what is proposed for one slice in words."""
    own = Counter(one.maker for one in found if one.target.name == target.name)
    parts = ", ".join(f"{count} by {maker}" for maker, count in sorted(own.items())) or "nothing"
    return f"{target.name} ({target.reason}): {parts}, of {target.quota} at most"
