"""SHIP, HOLD or REJECT, and why."""

from typing import Any

import numpy as np
import pytest

from tunesmith import metrics as registry
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.evaluation.tables import about
from tunesmith.gate import GateParams
from tunesmith.gate.decide import decide
from tunesmith.metrics.measure import measure

METRICS = {
    "about": {
        "exact_match": {"higher_is_better": True, "binary": True},
        "ece": {"higher_is_better": False, "binary": False},
        "length_ratio": {"higher_is_better": None, "binary": False},
    }
}
NO_BEHAVIOUR: dict[str, Any] = {"tests": {}, "groups": {}}


def found(low: float, high: float, n: int = 100) -> dict[str, Any]:
    levels = {"0.95": [low, high], "0.99": [low - 0.05, high + 0.05]}
    whole = {"difference": (low + high) / 2, "low": low, "high": high, "n": n, "p": 0.01}
    return {**whole, "intervals": levels}


def comparisons(overall: tuple[float, float], **langs: tuple[float, ...]) -> dict[str, Any]:
    def part(*numbers: Any) -> dict[str, Any]:
        return {name: found(*numbers) for name in METRICS["about"]}

    slices = {"lang": {lang: part(*numbers) for lang, numbers in langs.items()}}
    champion = {"overall": part(*overall), "slices": slices}
    return {"against": {"champion": champion, "base": {"sets": {}}}}


def decided(tree: dict[str, Any], **settings: Any) -> Any:
    chosen = GateParams(**{"metric": "exact_match", **settings})
    return decide(tree, METRICS, chosen, NO_BEHAVIOUR, {})


@pytest.mark.parametrize(
    ("interval", "min_gain", "verdict"),
    [
        ((0.01, 0.05), 0.0, "SHIP"),
        ((0.01, 0.05), 0.02, "HOLD"),
        ((0.0, 0.05), 0.0, "HOLD"),
        ((-0.01, 0.05), 0.0, "HOLD"),
        ((0.0, 0.0), 0.0, "HOLD"),
        ((-0.05, -0.01), 0.0, "REJECT"),
    ],
)
def test_the_interval_decides(interval: tuple[float, float], min_gain: float, verdict: str) -> None:
    decision = decided(comparisons(interval), min_gain=min_gain)
    assert decision.verdict == verdict
    assert "exact_match" in decision.reasons[0]
    assert "n = 100" in decision.reasons[0]


def test_a_gain_of_too_few_rows_that_differ_is_held() -> None:
    tree = comparisons((0.01, 0.05))
    tree["against"]["champion"]["overall"]["exact_match"]["p"] = 0.0625
    decision = decided(tree)
    assert decision.verdict == "HOLD"
    assert "by too few rows that differ (exact p = 0.062)" in decision.reasons[0]


def test_a_loss_of_too_few_rows_that_differ_is_held_too() -> None:
    tree = comparisons((-0.05, -0.01))
    tree["against"]["champion"]["overall"]["exact_match"]["p"] = 0.0625
    decision = decided(tree)
    assert decision.verdict == "HOLD"
    assert "loses against the champion's by too few rows that differ" in decision.reasons[0]
    assert "(exact p = 0.062)" in decision.reasons[0]


def test_a_protected_slice_that_may_be_worse_by_chance_is_let_pass() -> None:
    tree = comparisons((0.02, 0.05), zh=(-0.2, -0.1))
    tree["against"]["champion"]["slices"]["lang"]["zh"]["exact_match"]["p"] = 0.0625
    decision = decided(tree, protected_slices=["lang"])
    assert decision.verdict == "SHIP"
    assert len(decision.reasons) == 1


def test_a_protected_slice_that_got_worse_rejects_a_better_model_and_is_named() -> None:
    tree = comparisons((0.02, 0.05), en=(0.1, 0.2), zh=(-0.2, -0.1))
    assert decided(tree).verdict == "SHIP"
    decision = decided(tree, protected_slices=["lang"])
    assert decision.verdict == "REJECT"
    assert "lang=zh, which is protected, got worse" in decision.reasons[1]


def test_a_slice_of_few_rows_is_shown_but_not_judged() -> None:
    tree = comparisons((0.02, 0.05), en=(0.1, 0.2), zh=(-0.2, -0.1, 29))
    decision = decided(tree, protected_slices=["lang"])
    assert decision.verdict == "SHIP"
    assert "fewer than 30 rows" in decision.reasons[1]
    assert [part["judged"] for part in decision.slices] == [True, False]


def test_many_slices_of_few_rows_share_one_reason_and_hide_no_other() -> None:
    tree = comparisons((0.02, 0.05), en=(0.1, 0.2), zh=(-0.2, -0.1))
    labels = tree["against"]["champion"]["slices"]["lang"]
    small = comparisons((0.02, 0.05), en=(0.1, 0.2), zh=(-0.2, -0.1, 20))
    few = small["against"]["champion"]["slices"]["lang"]["zh"]
    labels |= {f"label {number}": few for number in range(5)}
    decision = decided(tree, protected_slices=["lang"])
    assert decision.verdict == "REJECT"
    assert "lang=zh, which is protected, got worse" in decision.reasons[1]
    assert decision.reasons[2:] == [
        "5 protected slices have fewer than 30 rows and were not judged: lang=label 0, "
        "lang=label 1, lang=label 2 and 2 more"
    ]


def test_less_of_an_error_is_a_gain() -> None:
    assert decided(comparisons((-0.05, -0.01)), metric="ece").verdict == "SHIP"
    assert decided(comparisons((0.01, 0.05)), metric="ece").verdict == "REJECT"


def test_a_higher_confidence_asks_for_more() -> None:
    assert decided(comparisons((0.01, 0.05)), confidence=0.99).verdict == "HOLD"


def test_a_metric_without_a_better_side_or_score_is_refused() -> None:
    for metric in ("length_ratio", "bleu"):
        with pytest.raises(UserError, match=f'"{metric}" cannot decide; .*exact_match, ece'):
            decided(comparisons((0.0, 0.1)), metric=metric)


def test_a_protected_slice_that_was_not_evaluated_is_named() -> None:
    with pytest.raises(UserError, match=r'"meta\.topic" was not evaluated; .*there now: lang'):
        decided(comparisons((0.0, 0.1)), protected_slices=["meta.topic"])


def test_a_confidence_without_interval_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.97 is not one of 0\.8, 0\.9, 0\.95, 0\.99"):
        GateParams(metric="exact_match", confidence=0.97)


@pytest.mark.parametrize("metric", ["micro_f1", "macro_f1", "rouge_l"])
@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize(("candidate", "told"), [("a", "gains over"), ("b", "loses against")])
def test_a_handful_of_rows_all_right_against_all_wrong_neither_ships_nor_rejects(
    metric: str, n: int, candidate: str, told: str
) -> None:
    champion = "b" if candidate == "a" else "a"
    own_answers, others = Answers([candidate] * n, ["a"] * n), Answers([champion] * n, ["a"] * n)
    own = registry.METRICS[metric]
    table = {"candidate": own.statistics(own_answers), "champion": own.statistics(others)}
    [measured] = measure({own: table}, 1000, 0.95, np.random.default_rng(0))
    difference = measured.difference("candidate", "champion").as_dict()
    against = {"overall": {metric: difference}, "slices": {}}
    tree = {"against": {"champion": against, "base": {"sets": {}}}}
    told_of = {"about": {metric: about(own, own_answers)}}
    decision = decide(tree, told_of, GateParams(metric=metric), NO_BEHAVIOUR, {})
    assert decision.verdict == "HOLD"
    assert f"{told} the champion's, but that may be chance" in decision.reasons[0]
    assert f"(p = {2 ** (1 - n):.3f})" in decision.reasons[0]
    assert "exact" not in decision.reasons[0]


def test_protected_behaviour_that_was_not_asked_stops_the_gate() -> None:
    with pytest.raises(UserError, match='gate.protected_behaviour: "Negation" is no test'):
        decided(comparisons((0.01, 0.05)), protected_behaviour=["Negation"])


def test_what_is_protected_cannot_be_forgotten_by_the_caller() -> None:
    with pytest.raises(TypeError, match="behaviour"):
        decide(comparisons((0.01, 0.05)), METRICS, GateParams(metric="exact_match"))  # type: ignore[call-arg]


def test_what_the_base_knew_and_the_candidate_lost_is_told_where_no_limit_stops_it() -> None:
    tree = comparisons((0.01, 0.05))
    tree["against"]["base"]["sets"] = {
        name: {"exact_match": found(low, high)}
        for name, low, high in (
            ("retention:lost", -0.3, -0.1),
            ("retention:unsure", -0.3, 0.1),
            ("ood:far", -0.3, -0.1),
        )
    }
    base = {"base": {"exact_match": {"value": 0.5}}}
    metrics = {**METRICS, "sets": {"retention:lost": base, "retention:unsure": base}}
    settings = GateParams(metric="exact_match")
    decision = decide(tree, metrics, settings, NO_BEHAVIOUR, {})
    assert decision.verdict == "SHIP"
    assert decision.reasons[1:] == [
        "retention:lost: exact_match lost 40.0% of the base's [20.0%, 60.0%], n = 100; "
        "gate.retention_loss is not set, so this stops nothing"
    ]
