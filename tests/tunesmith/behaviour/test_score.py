"""Scoring: rates, comparisons and failing cases from predictions, in values worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.behaviour.writing import asked, expanded, line, told
from tunesmith.behaviour.regressions import regressions
from tunesmith.behaviour.score import score_behaviour
from tunesmith.errors import UserError
from tunesmith.rows import Row

LABEL = {
    "test": "words",
    "kind": "MFT",
    "capability": "Vocabulary",
    "template": "{word}",
    "fill": {"word": [f"good{k}" for k in range(10)]},
    "expect": {"label": "pos"},
}
INV = {
    "test": "stays",
    "kind": "INV",
    "capability": "Robustness",
    "cases": [{"prompt": f"film {k}", "variants": [f"film {k}!", f"FILM {k}"]} for k in range(4)],
    "same": "label",
}
DIR = {
    "test": "grows",
    "kind": "DIR",
    "capability": "Vocabulary",
    "cases": [{"prompt": f"film {k}", "variants": [f"great film {k}"]} for k in range(4)],
    "only_if": {"label": "pos"},
    "expect": {"probability": {"of": "pos", "moves": "not_down", "margin": 0.1}},
}


def labels(rows: list[Row], wrong: set[str]) -> dict[str, dict[str, Any]]:
    """Return predictions that are `pos` but for the texts in `wrong`."""
    return {
        row["id"]: line("neg", pos=0.2, neg=0.8)
        if asked(row) in wrong
        else line("pos", pos=0.8, neg=0.2)
        for row in rows
    }


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    return expanded(tmp_path, LABEL, INV, DIR, task="classification").rows


def test_a_rate_has_wilsons_interval(rows: list[Row]) -> None:
    tree = score_behaviour(rows, {"candidate": labels(rows, {"good1", "good2", "good3"})}, 0.95)
    rate = tree["tests"]["words"]["models"]["candidate"]["rate"]
    assert rate["value"] == 0.3
    assert (round(rate["low"], 4), round(rate["high"], 4)) == (0.1078, 0.6032)  # statsmodels 0.14
    assert tree["tests"]["words"]["models"]["candidate"]["failures"] == 3


def test_a_case_fails_if_any_of_its_variants_does(rows: list[Row]) -> None:
    tree = score_behaviour(rows, {"candidate": labels(rows, {"film 0!", "FILM 0", "FILM 2"})}, 0.95)
    stays = tree["tests"]["stays"]
    assert (stays["cases"], stays["variants"]) == (4, 8)
    assert stays["models"]["candidate"]["failures"] == 2
    failing = {one["case"]: one["failing_variants"] for one in stays["failing"]}
    assert failing == {"1": 2, "3": 1}
    assert stays["failing"][1]["variant"] == "FILM 2"
    assert stays["failing"][1]["why"] == 'the label went from "pos" to "neg"'


def test_an_original_that_is_wrong_and_stays_so_is_no_failure_of_invariance(
    rows: list[Row],
) -> None:
    wrong = {"film 0", "film 0!", "FILM 0"}
    tree = score_behaviour(rows, {"candidate": labels(rows, wrong)}, 0.95)
    assert tree["tests"]["stays"]["models"]["candidate"]["failures"] == 0


def test_a_case_whose_original_decides_nothing_is_not_counted_as_passed(rows: list[Row]) -> None:
    wrong = {"film 0", "film 1", "great film 2"}
    tree = score_behaviour(rows, {"candidate": labels(rows, wrong)}, 0.95)
    found = tree["tests"]["grows"]["models"]["candidate"]
    why = "the answer to the original is not what only_if asks for"
    assert found["not_asked_because"] == {why: 2}
    assert [one["why"] for one in tree["per_case"] if one["status"] == "not_asked"] == [why] * 2
    assert (found["asked"], found["not_asked"], found["failures"]) == (2, 2, 1)
    assert found["rate"]["value"] == 0.5


def test_a_model_that_is_asked_nothing_has_no_rate(rows: list[Row]) -> None:
    wrong = {f"film {k}" for k in range(4)}
    grows = score_behaviour(rows, {"candidate": labels(rows, wrong)}, 0.95)["tests"]["grows"]
    assert grows["models"]["candidate"]["rate"] is None


def test_two_models_are_compared_on_the_cases_that_both_were_asked(rows: list[Row]) -> None:
    answers = {
        "candidate": labels(rows, {f"good{k}" for k in range(7)}),
        "champion": labels(rows, {"good0", "good9", "film 0"}),
    }
    tree = score_behaviour(rows, answers, 0.95)
    against = tree["tests"]["words"]["against"]["champion"]
    assert against["only_candidate_fails"] == 6
    assert against["only_champion_fails"] == 1
    assert against["difference"] == 0.5
    assert against["p"] == 0.125  # 2 * (1 + 7) / 2**7
    assert tree["tests"]["grows"]["against"]["champion"]["n"] == 3


def test_cases_that_the_champion_passes_are_shown_first(rows: list[Row]) -> None:
    answers = {
        "candidate": labels(rows, {f"good{k}" for k in range(7)}),
        "champion": labels(rows, {f"good{k}" for k in range(5)}),
    }
    failing = score_behaviour(rows, answers, 0.95)["tests"]["words"]["failing"]
    assert [one["original"] for one in failing] == ["good5", "good6", "good0", "good1", "good2"]
    assert failing[0]["answers"]["champion"] == {
        "original": "pos",
        "variant": None,
        "status": "passed",
    }


def test_groups_are_by_capability_kind_and_language(rows: list[Row]) -> None:
    tree = score_behaviour(rows, {"candidate": labels(rows, set())}, 0.95)
    assert list(tree["groups"]) == [
        "Robustness/INV/en",
        "Vocabulary/DIR/en",
        "Vocabulary/MFT/en",
    ]
    assert len(tree["per_case"]) == 18
    json.dumps(tree, allow_nan=False)


def test_the_order_of_rows_does_not_matter(rows: list[Row]) -> None:
    answers = {"candidate": labels(rows, {"good1", "FILM 2"})}
    one, other = (score_behaviour(part, answers, 0.95) for part in (rows, rows[::-1]))
    assert one["tests"].keys() == other["tests"].keys()
    for name, test in one["tests"].items():
        assert test["models"] == other["tests"][name]["models"]


def test_a_row_without_a_prediction_is_named(rows: list[Row]) -> None:
    answers = labels(rows, set())
    del answers[rows[0]["id"]]
    with pytest.raises(UserError, match=f"candidate has no prediction of row {rows[0]['id']}"):
        score_behaviour(rows, {"candidate": answers}, 0.95)


def test_a_test_that_needs_probabilities_says_so(rows: list[Row]) -> None:
    answers = {row["id"]: line("pos") for row in rows}
    with pytest.raises(
        UserError, match=r"ours\.jsonl:3: candidate: the model gives no probability"
    ):
        score_behaviour(rows, {"candidate": answers}, 0.95)


def test_a_row_of_no_test_is_refused() -> None:
    with pytest.raises(UserError, match="is of no behavioural test"):
        score_behaviour([plain_chat(1, "a", "b")], {"candidate": {}}, 0.95)


def test_a_regression_is_worse_for_sure_or_not_told_to_be(rows: list[Row]) -> None:
    answers = {
        "candidate": labels(rows, {f"good{k}" for k in range(8)} | {"film 0!"}),
        "champion": labels(rows, set()),
    }
    tree = score_behaviour(rows, answers, 0.95)
    worst, second, third = regressions(tree)
    assert (worst.name, worst.worse, worst.candidate, worst.champion) == ("words", True, 0.8, 0.0)
    assert worst.p == 2 / 2**8
    assert (second.name, second.worse, second.difference) == ("stays", False, 0.25)
    assert third.difference == 0
    assert not any(one.worse for one in regressions(tree, confidence=0.999))
    assert regressions(tree, part="groups")[0].name == "Vocabulary/MFT/en"


def test_an_improvement_for_sure_is_no_regression(rows: list[Row]) -> None:
    answers = {
        "candidate": labels(rows, set()),
        "champion": labels(rows, {f"good{k}" for k in range(8)}),
    }
    found = {one.name: one for one in regressions(score_behaviour(rows, answers, 0.95))}
    assert (found["words"].difference, found["words"].p) == (-0.8, 2 / 2**8)
    assert not found["words"].worse


def test_no_test_has_no_regression() -> None:
    assert regressions(score_behaviour([], {"candidate": {}, "champion": {}}, 0.95)) == []


def test_chat_answers_are_scored_through_the_same_tree(tmp_path: Path) -> None:
    test_rows = [plain_chat(1, "Please send order 4711 now", "Order 4711 is sent.")]
    test = {
        "test": "numbers",
        "kind": "INV",
        "capability": "Numbers",
        "from": "test",
        "perturb": ["numbers"],
        "same": "answer_with_swap",
    }
    rows = expanded(tmp_path, test, rows=test_rows).rows
    new = told(rows[1])["swaps"][0][1]
    good = {
        rows[0]["id"]: line("Order 4711 is sent."),
        rows[1]["id"]: line(f"Order {new} is sent."),
    }
    bad = {rows[0]["id"]: line("Order 4711 is sent."), rows[1]["id"]: line("Order 4711 is sent.")}
    tree = score_behaviour(rows, {"candidate": bad, "champion": good}, 0.95)
    found = tree["tests"]["numbers"]
    assert found["models"]["candidate"]["failures"] == 1
    assert found["models"]["champion"]["failures"] == 0
    assert f'it lacks "{new}"' in found["failing"][0]["why"]
