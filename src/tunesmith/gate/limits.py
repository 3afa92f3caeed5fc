"""Bounds on scores of the candidate alone, on any set: safety, format, length."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams, Limit
from tunesmith.gate.check import Check, Verdict, within
from tunesmith.slices import MIN_ROWS

TEST = "test"


def limit_checks(metrics: dict[str, Any], settings: GateParams) -> list[Check]:
    """Return one check a limit.

    Raises:
        UserError: the set or the metric was not evaluated.
    """
    return [_check(limit, _score(limit, metrics), settings.confidence) for limit in settings.limits]


def _score(limit: Limit, metrics: dict[str, Any]) -> dict[str, Any]:
    """Return the candidate's score that a limit is about."""
    sets = {TEST: metrics, **metrics.get("sets", {})}
    if limit.set not in sets:
        raise UserError(
            f'params.yaml: gate.limits: no set "{limit.set}" was evaluated; there are '
            f"{', '.join(sets)}"
        )
    scores: dict[str, dict[str, Any]] = sets[limit.set]["candidate"]
    if limit.metric not in scores:
        raise UserError(
            f'params.yaml: gate.limits: "{limit.metric}" was not evaluated on {limit.set}; add it '
            f"to evaluate.metrics (there now: {', '.join(scores)})"
        )
    return scores[limit.metric]


def _check(limit: Limit, score: dict[str, Any], confidence: float) -> Check:
    """Return the check of one limit, by the interval of the gate's confidence."""
    n = score["n"]
    low, high = score["intervals"][str(confidence)]
    if limit.at_most is not None:
        verdict: Verdict = within(low, high, limit.at_most, n)
        bound = f"at most {limit.at_most:g}"
    else:
        assert limit.at_least is not None
        verdict = within(-high, -low, -limit.at_least, n)
        bound = f"at least {limit.at_least:g}"
    words = {"SHIP": "keeps to", "HOLD": "may break", "REJECT": "breaks"}[verdict]
    if n < MIN_ROWS:
        words = f"has fewer than {MIN_ROWS} rows, too few to judge by"
    reason = (
        f"{limit.metric} on {limit.set} {words} the limit of {bound}: {score['value']:.4f} "
        f"[{low:.4f}, {high:.4f}], n = {n}"
    )
    return Check(f"{limit.set} {limit.metric}", verdict, reason)
