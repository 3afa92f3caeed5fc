"""Protected behaviour stops a promotion where it fails more for sure."""

from typing import Any

import pytest

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.behaviour import behaviour_checks


def line(difference: float, p: float) -> dict[str, Any]:
    rates = {"candidate": {"rate": {"value": 0.6}}, "champion": {"rate": {"value": 0.1}}}
    return {"models": rates, "against": {"champion": {"n": 40, "difference": difference, "p": p}}}


TREE = {
    "tests": {"zh: 不让取消": line(0.5, 0.001), "en: names": line(0.1, 0.3)},
    "groups": {"Negation/DIR/zh": line(0.5, 0.001), "Names/INV/en": line(-0.4, 0.001)},
}


def checks(*names: str, tree: dict[str, Any] = TREE) -> list[Any]:
    return behaviour_checks(tree, GateParams(metric="rouge_l", protected_behaviour=names))


def test_a_test_that_fails_more_for_sure_rejects_and_tells_both_rates() -> None:
    [check] = checks("zh: 不让取消")
    assert check.verdict == "REJECT"
    assert (
        "fails in 60% of its cases, the champion in 10% (n = 40, exact p = 0.001)" in check.reason
    )


def test_a_capability_stands_for_all_its_kinds_and_languages() -> None:
    assert [(check.name, check.verdict) for check in checks("Negation", "Names")] == [
        ("Negation/DIR/zh", "REJECT"),
        ("Names/INV/en", "SHIP"),
    ]


def test_a_capability_may_hold_a_slash() -> None:
    tree = {"tests": {}, "groups": {"in/out/MFT/en": line(-0.4, 0.001)}}
    assert [check.name for check in checks("in/out", tree=tree)] == ["in/out/MFT/en"]


def test_what_may_be_chance_is_let_pass() -> None:
    assert [check.verdict for check in checks("en: names")] == ["SHIP"]


def test_what_is_not_protected_is_not_judged() -> None:
    assert checks() == []


def test_a_name_that_was_not_asked_is_refused_with_the_capabilities() -> None:
    with pytest.raises(UserError, match=r'"Safety" is no test .*capabilities: Names, Negation;'):
        checks("Safety")
