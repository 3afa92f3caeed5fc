"""What a gain must not be paid with: knowledge of the base, broken limits, slow answers."""

from typing import Any

import pytest

from tunesmith.errors import UserError
from tunesmith.gate import GateParams, LatencyLimits, Limit
from tunesmith.gate.check import Check, strictest, within
from tunesmith.gate.latency import latency_checks
from tunesmith.gate.limits import limit_checks
from tunesmith.gate.retention import retention_checks

METRICS: dict[str, Any] = {
    "about": {"bits_per_byte": {"higher_is_better": False}, "rouge_l": {"higher_is_better": True}},
    "candidate": {"repetition": {"value": 0.04, "low": 0.02, "high": 0.06, "n": 90}},
    "sets": {
        "retention:prose": {"base": {"bits_per_byte": {"value": 2.0}}},
        "ood:far": {"candidate": {"rouge_l": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 50}}},
    },
}


def lost(low: float, high: float) -> dict[str, Any]:
    """Return comparisons in which bits a byte have grown by `low` to `high`."""
    found = {"difference": (low + high) / 2, "n": 60, "intervals": {"0.95": [low, high]}}
    return {"against": {"base": {"sets": {"retention:prose": {"bits_per_byte": found}}}}}


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [((0.02, 0.1), "SHIP"), ((0.1, 0.3), "HOLD"), ((0.3, 0.5), "REJECT"), ((-0.2, -0.1), "SHIP")],
)
def test_what_is_lost_on_a_retention_set_is_a_share_of_the_bases_score(
    bounds: tuple[float, float], verdict: str
) -> None:
    settings = GateParams(metric="rouge_l", retention_loss=0.1)
    [check] = retention_checks(lost(*bounds), METRICS, settings)
    assert check.verdict == verdict
    assert check.reason is not None and "limit of 10%, n = 60" in check.reason


def test_retention_is_not_judged_without_a_limit() -> None:
    assert retention_checks(lost(1, 2), METRICS, GateParams(metric="rouge_l")) == []


def test_a_limit_on_retention_without_a_set_is_refused() -> None:
    settings = GateParams(metric="rouge_l", retention_loss=0.1)
    with pytest.raises(UserError, match="no retention set was asked; put one into data/retention"):
        retention_checks({"against": {"base": {"sets": {"ood:far": {}}}}}, METRICS, settings)


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (Limit(metric="repetition", at_most=0.1), "SHIP"),
        (Limit(metric="repetition", at_most=0.05), "HOLD"),
        (Limit(metric="repetition", at_most=0.01), "REJECT"),
        (Limit(metric="rouge_l", set="ood:far", at_least=0.3), "SHIP"),
        (Limit(metric="rouge_l", set="ood:far", at_least=0.5), "HOLD"),
        (Limit(metric="rouge_l", set="ood:far", at_least=0.7), "REJECT"),
    ],
)
def test_a_limit_is_kept_broken_or_unsure_by_the_interval(limit: Limit, verdict: str) -> None:
    [check] = limit_checks(METRICS, GateParams(metric="rouge_l", limits=(limit,)))
    assert check.verdict == verdict
    assert check.reason is not None and limit.metric in check.reason and limit.set in check.reason


def test_a_limit_on_what_was_not_evaluated_is_refused() -> None:
    for limit, told in (
        (Limit(metric="bleu", at_most=1), '"bleu" was not evaluated on test'),
        (Limit(metric="rouge_l", set="ood:near", at_most=1), 'no set "ood:near" was evaluated'),
    ):
        with pytest.raises(UserError, match=told):
            limit_checks(METRICS, GateParams(metric="rouge_l", limits=(limit,)))


def test_a_limit_bounds_one_side() -> None:
    for bounds in ({}, {"at_least": 0.1, "at_most": 0.2}):
        with pytest.raises(ValueError, match="at_least or at_most, one of them"):
            Limit(metric="rouge_l", **bounds)


COSTS = {
    "candidate": {"latency_p95_seconds": 0.3},
    "champion": {"latency_p95_seconds": 0.2},
}


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        (LatencyLimits(p95_seconds=0.4), "SHIP"),
        (LatencyLimits(p95_seconds=0.2), "REJECT"),
        (LatencyLimits(ratio=2), "SHIP"),
        (LatencyLimits(ratio=1.2), "REJECT"),
    ],
)
def test_slow_answers_reject(limits: LatencyLimits, verdict: str) -> None:
    [check] = latency_checks(COSTS, GateParams(metric="rouge_l", latency=limits))
    assert check.verdict == verdict
    assert check.reason is not None and "the limit of" in check.reason


def test_no_clock_is_part_of_a_verdict_without_a_limit() -> None:
    assert latency_checks(COSTS, GateParams(metric="rouge_l")) == []


def test_a_latency_that_was_not_measured_is_named() -> None:
    settings = GateParams(metric="rouge_l", latency=LatencyLimits(ratio=2))
    with pytest.raises(UserError, match="no latency of the champion was measured"):
        latency_checks({**COSTS, "champion": {}}, settings)


def test_the_strictest_check_decides() -> None:
    checks = [Check("a", "SHIP", None), Check("b", "HOLD", "b"), Check("c", "SHIP", None)]
    assert strictest(checks) == "HOLD"
    assert strictest([*checks, Check("d", "REJECT", "d")]) == "REJECT"
    assert within(0, 1, 1) == "SHIP"
