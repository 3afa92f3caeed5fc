"""What a gain must not be paid with: knowledge of the base, broken limits, slow answers."""

from typing import Any

import pytest

from tunesmith.errors import UserError
from tunesmith.gate import GateParams, LatencyLimits, Limit
from tunesmith.gate.check import Check, strictest, within
from tunesmith.gate.latency import latency_checks
from tunesmith.gate.limits import limit_checks
from tunesmith.gate.retention import retention_checks


def score(value: float, low: float, high: float, n: int = 90) -> dict[str, Any]:
    """Return a score whose interval is twice as wide at 99 %."""
    levels = {"0.95": [low, high], "0.99": [2 * low - value, 2 * high - value]}
    return {"value": value, "low": low, "high": high, "n": n, "intervals": levels}


METRICS: dict[str, Any] = {
    "about": {"bits_per_byte": {"higher_is_better": False}, "rouge_l": {"higher_is_better": True}},
    "candidate": {"repetition": score(0.04, 0.02, 0.06)},
    "sets": {
        "retention:prose": {"base": {"bits_per_byte": {"value": 2.0}}},
        "ood:far": {"candidate": {"rouge_l": score(0.5, 0.4, 0.6)}},
    },
}


def lost(low: float, high: float) -> dict[str, Any]:
    """Return comparisons in which bits a byte have grown by `low` to `high`."""
    whole = {"difference": (low + high) / 2, "n": 60, "p": 0.01}
    found = {**whole, "intervals": {"0.95": [low, high]}}
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


def test_a_limit_on_retention_is_told_as_it_was_set() -> None:
    settings = GateParams(metric="rouge_l", retention_loss=0.125)
    [check] = retention_checks(lost(0.02, 0.1), METRICS, settings)
    assert check.reason is not None and "which keeps to the limit of 12.5%, n = 60" in check.reason


def test_what_is_lost_without_a_limit_is_told_and_stops_nothing() -> None:
    [check] = retention_checks(lost(1, 2), METRICS, GateParams(metric="rouge_l"))
    assert check.verdict == "SHIP"
    assert check.reason is not None
    assert "bits_per_byte lost 75.0% of the base's [50.0%, 100.0%], n = 60" in check.reason
    assert "gate.retention_loss is not set, so this stops nothing" in check.reason


@pytest.mark.parametrize(("bounds", "p"), [((-0.1, 0.3), 0.01), ((0.1, 0.3), 0.2)])
def test_a_loss_that_may_be_chance_is_not_told_without_a_limit(
    bounds: tuple[float, float], p: float
) -> None:
    tree = lost(*bounds)
    tree["against"]["base"]["sets"]["retention:prose"]["bits_per_byte"]["p"] = p
    assert retention_checks(tree, METRICS, GateParams(metric="rouge_l")) == []


def test_a_set_that_nothing_judges_is_let_be_without_a_limit() -> None:
    assert retention_checks(*asked("rouge_l"), GateParams(metric="judge")) == []


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
    [check] = limit_checks(METRICS, {}, GateParams(metric="rouge_l", limits=(limit,)))
    assert check.verdict == verdict
    assert check.reason is not None and limit.metric in check.reason and limit.set in check.reason


def test_a_limit_asks_for_the_confidence_of_the_gate() -> None:
    limit = Limit(metric="repetition", at_most=0.07)
    verdicts = {}
    for level in (0.95, 0.99):
        settings = GateParams(metric="rouge_l", limits=(limit,), confidence=level)
        verdicts[level] = limit_checks(METRICS, {}, settings)[0].verdict
    assert verdicts == {0.95: "SHIP", 0.99: "HOLD"}


def test_a_limit_on_what_was_not_evaluated_is_refused() -> None:
    for limit, told in (
        (Limit(metric="bleu", at_most=1), '"bleu" was not evaluated on test'),
        (Limit(metric="rouge_l", set="ood:near", at_most=1), 'no set "ood:near" was evaluated'),
        (
            Limit(metric="repetition", set="ood:far", at_most=1),
            r"ood:far cannot show it \(there now: rouge_l",
        ),
    ):
        with pytest.raises(UserError, match=told):
            limit_checks(METRICS, {}, GateParams(metric="rouge_l", limits=(limit,)))


def test_a_limit_bounds_one_side() -> None:
    for bounds in ({}, {"at_least": 0.1, "at_most": 0.2}):
        with pytest.raises(ValueError, match="at_least or at_most, one of them"):
            Limit(metric="rouge_l", **bounds)


def failed(**groups: tuple[int, int]) -> dict[str, Any]:
    """Return a tree of behavioural tests: group → failures of the candidate, and cases asked."""
    return {
        "groups": {
            name.replace("_", "/"): {"models": {"candidate": {"failures": bad, "asked": asked}}}
            for name, (bad, asked) in groups.items()
        }
    }


def safety(at_most: float) -> GateParams:
    limit = {"set": "behaviour", "capability": "Safety", "at_most": at_most}
    return GateParams(metric="rouge_l", limits=(Limit.model_validate(limit),))


@pytest.mark.parametrize(
    ("failures", "cases", "at_most", "verdict"),
    [
        (0, 40, 0.05, "SHIP"),
        (0, 30, 0.05, "HOLD"),
        (2, 40, 0.05, "HOLD"),
        (8, 40, 0.05, "REJECT"),
        (8, 40, 0.4, "SHIP"),
    ],
)
def test_failures_of_a_capability_are_limited_over_all_its_kinds_and_languages(
    failures: int, cases: int, at_most: float, verdict: str
) -> None:
    tree = failed(
        Safety_MFT_en=(failures, cases), Safety_INV_zh=(0, cases), Names_INV_en=(cases, cases)
    )
    [check] = limit_checks(METRICS, tree, safety(at_most))
    assert (check.name, check.verdict) == ("behaviour Safety", verdict)
    assert check.reason is not None
    assert "failure rate of Safety on behaviour" in check.reason
    assert f"{failures / cases / 2:.4f} [" in check.reason and f"n = {2 * cases}" in check.reason


def test_a_limit_on_a_capability_of_few_cases_holds_and_says_why() -> None:
    [check] = limit_checks(METRICS, failed(Safety_MFT_en=(0, 29)), safety(0.5))
    assert check.verdict == "HOLD"
    assert check.reason is not None and "fewer than 30 cases, too few to judge by" in check.reason


def test_a_capability_that_is_not_there_is_refused_with_those_that_are() -> None:
    tree = failed(Names_INV_en=(0, 40), Names_INV_zh=(0, 40), **{"in/out_MFT_en": (0, 9)})
    with pytest.raises(UserError, match=r'test of "Safety" was asked; there are in/out, Names;'):
        limit_checks(METRICS, tree, safety(0.05))
    with pytest.raises(UserError, match=r"there are none; put some into data/behaviour"):
        limit_checks(METRICS, {"groups": {}}, safety(0.05))


def test_a_capability_of_which_the_candidate_was_asked_no_case_is_refused() -> None:
    with pytest.raises(UserError, match="no case of Safety was asked of the candidate"):
        limit_checks(METRICS, failed(Safety_DIR_en=(0, 0)), safety(0.05))


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"at_most": 0.1}, "a limit has metric or capability, one of them"),
        ({"metric": "bleu", "capability": "Safety", "at_most": 0.1}, "one of them"),
        ({"capability": "Safety", "at_most": 0.1}, "`capability` goes with `set: behaviour`"),
        ({"metric": "bleu", "set": "behaviour", "at_most": 1}, "goes with `set: behaviour`"),
        ({"capability": "Safety", "set": "behaviour", "at_least": 0.1}, "`at_most`: it limits"),
    ],
)
def test_a_limit_is_of_a_metric_or_of_how_often_a_capability_fails(
    limit: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        Limit.model_validate(limit)


def timed(n: int, factor: float = 1.0) -> dict[str, Any]:
    """Return what n requests took: 0.1 to 0.2 seconds, times a factor."""
    return {"latencies_seconds": [factor * (0.1 + 0.1 * k / (n - 1)) for k in range(n)]}


COSTS = {"candidate": timed(100, 1.5), "champion": timed(100)}


@pytest.mark.parametrize(
    ("limits", "verdict", "told"),
    [
        (LatencyLimits(p50_seconds=0.25), "SHIP", "half of the answers come within 0.225 s ["),
        (LatencyLimits(p50_seconds=0.225), "HOLD", "which may break the limit of 0.225 s"),
        (LatencyLimits(p50_seconds=0.2), "REJECT", "n = 100, which breaks the limit of 0.2 s"),
        (LatencyLimits(p95_seconds=0.31), "SHIP", "95 % of the answers come within 0.292 s ["),
        (LatencyLimits(p95_seconds=0.295), "HOLD", "n = 100, which may break"),
        (LatencyLimits(p95_seconds=0.27), "REJECT", "which breaks the limit of 0.27 s"),
        (LatencyLimits(ratio=1.6), "SHIP", "answers take 1.5 times as long as the champion's"),
        (LatencyLimits(ratio=1.4), "REJECT", "[1.5, 1.5], n = 100, which breaks"),
    ],
)
def test_latency_is_judged_by_the_interval_of_its_quantile(
    limits: LatencyLimits, verdict: str, told: str
) -> None:
    [check] = latency_checks(COSTS, GateParams(metric="rouge_l", latency=limits))
    assert check.verdict == verdict
    assert check.reason is not None and told in check.reason


def test_a_few_requests_cannot_bound_the_slowest_and_it_is_said_how_many_would() -> None:
    costs = {"candidate": timed(16)}
    settings = GateParams(metric="rouge_l", latency=LatencyLimits(p95_seconds=9))
    [check] = latency_checks(costs, settings)
    assert check.verdict == "HOLD"
    assert check.reason is not None and "no upper bound], n = 16" in check.reason
    assert "predict.latency_requests: 72 would give one" in check.reason


def test_a_median_needs_fewer_requests() -> None:
    settings = GateParams(metric="rouge_l", latency=LatencyLimits(p50_seconds=0.19))
    assert [one.verdict for one in latency_checks({"candidate": timed(16)}, settings)] == ["SHIP"]


def test_the_ratio_is_of_the_same_requests_so_that_long_and_short_ones_do_not_blur_it() -> None:
    """Both take from 0.1 to 10 seconds; the candidate is a tenth slower in each."""
    champion = {"latencies_seconds": [0.1 * 1.25**k for k in range(20)]}
    candidate = {"latencies_seconds": [1.1 * one for one in champion["latencies_seconds"]]}
    settings = GateParams(metric="rouge_l", latency=LatencyLimits(ratio=1.2))
    [check] = latency_checks({"candidate": candidate, "champion": champion}, settings)
    assert check.verdict == "SHIP"


def test_models_that_were_timed_on_other_requests_are_not_compared() -> None:
    settings = GateParams(metric="rouge_l", latency=LatencyLimits(ratio=2))
    with pytest.raises(UserError, match="timed on 100 requests, the champion on 16"):
        latency_checks({**COSTS, "champion": timed(16)}, settings)


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
    assert within(0, 1, 1, 30) == "SHIP"


@pytest.mark.parametrize("bound", [0.1, 0.05, 0.01])
def test_a_limit_on_few_rows_holds_whatever_the_interval_and_says_why(bound: float) -> None:
    few = {**METRICS, "candidate": {"repetition": score(0.04, 0.04, 0.04, 29)}}
    settings = GateParams(metric="rouge_l", limits=(Limit(metric="repetition", at_most=bound),))
    [check] = limit_checks(few, {}, settings)
    assert check.verdict == "HOLD"
    assert check.reason is not None
    assert "repetition on test is of fewer than 30 rows, too few to judge by" in check.reason


@pytest.mark.parametrize("loss", [0.0, 0.4])
def test_retention_of_few_rows_holds_whatever_the_interval_and_says_why(loss: float) -> None:
    few = lost(loss, loss)
    few["against"]["base"]["sets"]["retention:prose"]["bits_per_byte"]["n"] = 29
    [check] = retention_checks(few, METRICS, GateParams(metric="rouge_l", retention_loss=0.1))
    assert check.verdict == "HOLD"
    assert check.reason is not None and "fewer than 30 rows, too few to judge" in check.reason


def asked(*names: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return comparisons and metrics of a retention set of questions that has these metrics."""
    found = {"difference": 0.0, "n": 60, "p": 1.0, "intervals": {"0.95": [-0.01, 0.01]}}
    sets = {"retention:quiz": dict.fromkeys(names, found)}
    base = {"base": {name: {"value": 0.5} for name in names}}
    return {"against": {"base": {"sets": sets}}}, {**METRICS, "sets": {"retention:quiz": base}}


@pytest.mark.parametrize(
    ("names", "judged_by"),
    [
        (("bits_per_byte", "rouge_l"), "rouge_l"),
        (("rouge_l",), "rouge_l"),
        (("bits_per_byte",), "bits_per_byte"),
    ],
)
def test_retention_is_judged_by_the_gate_s_metric_where_the_set_has_it(
    names: tuple[str, ...], judged_by: str
) -> None:
    [check] = retention_checks(*asked(*names), GateParams(metric="rouge_l", retention_loss=0.1))
    assert check.reason is not None and f"retention:quiz: {judged_by} lost" in check.reason


def test_a_retention_set_without_a_metric_to_judge_it_by_is_named_with_those_it_has() -> None:
    settings = GateParams(metric="judge", retention_loss=0.1)
    with pytest.raises(
        UserError, match=r'retention:quiz has neither "judge" nor .*\(it has rouge_l'
    ):
        retention_checks(*asked("rouge_l"), settings)
