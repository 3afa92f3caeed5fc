"""Bounds on what the candidate does, whatever the champion did: safety, format, length."""

from collections.abc import Mapping
from typing import Any

from tunesmith.behaviour import CANDIDATE
from tunesmith.errors import UserError
from tunesmith.gate import GateParams, Limit
from tunesmith.gate.behaviour import capability_of
from tunesmith.gate.check import Check, Verdict, limit_words, within
from tunesmith.stats.score import LEVELS, proportion

TEST = "test"


def limit_checks(
    metrics: dict[str, Any], behaviour: Mapping[str, Any], settings: GateParams
) -> list[Check]:
    """Return one check a limit.

    Args:
        metrics: what stage evaluate wrote.
        behaviour: what it wrote of the behavioural tests.
        settings: the limits.

    Raises:
        UserError: the set, the metric or the capability was not evaluated.
    """
    return [
        _of_metric(limit, limit.metric, metrics, settings.confidence)
        if limit.metric is not None
        else _of_capability(limit, behaviour, settings.confidence)
        for limit in settings.limits
    ]


def _of_metric(limit: Limit, metric: str, metrics: dict[str, Any], confidence: float) -> Check:
    """Return the check of a score."""
    score = _score(limit, metric, metrics)
    return _check(limit, metric, f"{metric} on {limit.set}", score, confidence, "rows")


def _of_capability(limit: Limit, behaviour: Mapping[str, Any], confidence: float) -> Check:
    """Return the check of how often a capability fails."""
    assert limit.capability is not None
    what = f"failure rate of {limit.capability} on {limit.set}"
    score = _failures(limit.capability, behaviour["groups"])
    return _check(limit, limit.capability, what, score, confidence, "cases")


def _failures(capability: str, groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return the candidate's failure rate over all kinds and languages of a capability.

    Raises:
        UserError: it was not tested.
    """
    own = [
        group["models"][CANDIDATE]
        for name, group in groups.items()
        if capability_of(name) == capability
    ]
    if not own:
        known = ", ".join(sorted(set(map(capability_of, groups)), key=str.lower)) or "none"
        raise UserError(
            f'params.yaml: gate.limits: no behavioural test of "{capability}" was asked; there are '
            f"{known}; put some into data/behaviour, or take the limit out"
        )
    asked = sum(one["asked"] for one in own)
    if not asked:
        raise UserError(
            f"params.yaml: gate.limits: no case of {capability} was asked of the candidate; its "
            "tests in data/behaviour have an `only_if` that no answer meets"
        )
    return proportion(sum(one["failures"] for one in own), asked, LEVELS[0]).with_intervals()


def _score(limit: Limit, metric: str, metrics: dict[str, Any]) -> dict[str, Any]:
    """Return the candidate's score that a limit is about."""
    sets = {TEST: metrics, **metrics.get("sets", {})}
    if limit.set not in sets:
        raise UserError(
            f'params.yaml: gate.limits: no set "{limit.set}" was evaluated; there are '
            f"{', '.join(sets)}"
        )
    scores: dict[str, dict[str, Any]] = sets[limit.set]["candidate"]
    if metric not in scores:
        way_out = "add it to evaluate.metrics"
        if metric in metrics["candidate"]:
            way_out = f"{limit.set} cannot show it"
        raise UserError(
            f'params.yaml: gate.limits: "{metric}" was not evaluated on {limit.set}; {way_out} '
            f"(there now: {', '.join(scores)})"
        )
    return scores[metric]


def _check(
    limit: Limit, name: str, what: str, score: dict[str, Any], confidence: float, unit: str
) -> Check:
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
    reason = (
        f"{what} {limit_words(verdict, n, unit)} the limit of {bound}: {score['value']:.4f} "
        f"[{low:.4f}, {high:.4f}], n = {n}"
    )
    return Check(f"{limit.set} {name}", verdict, reason)
