"""Expectations: what an answer must be, what must stay, what must change."""

from typing import Any

import pytest

from tunesmith.behaviour.answer import Answer, to_answer
from tunesmith.behaviour.change import Change
from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.phrases import says
from tunesmith.behaviour.same import differences
from tunesmith.errors import UserError

SURE = Answer("good", {"good": 0.9, "bad": 0.1})
UNSURE = Answer("good", {"good": 0.6, "bad": 0.4})


@pytest.mark.parametrize(
    ("expect", "answer", "problem"),
    [
        ({"label": "good"}, " good\n", None),
        ({"label": "good"}, "Good", 'the label is not "good"'),
        ({"label_in": ["good", "bad"]}, "so so", "the label is none of good, bad"),
        ({"equals": "It is Sent"}, "it is sent.", None),
        ({"equals": "It is sent"}, "It is not sent.", 'it is not "It is sent"'),
        ({"contains": ["12", "River Road"]}, "Order 12, river road.", None),
        ({"contains": ["12"]}, "Order 512.", 'it lacks "12"'),
        ({"contains": ["订单 12"]}, "您的订单12已取消", None),
        ({"not_contains": ["cancelled"]}, "It is Cancelled.", 'it says "cancelled"'),
        ({"not_contains": ["cancel"]}, "It is cancelled.", None),
        ({"matches": r"^\d+$"}, "17", None),
        ({"matches": r"^\d+$"}, "17!", "it does not match"),
        ({"lang": "zh"}, "已经发货。", None),
        ({"lang": "zh"}, "It is sent.", "it is not written in zh"),
        ({"json": True}, '{"a": 1}', None),
        ({"json": True}, "17", "it is not JSON"),
        ({"json": False}, "[1]", "it is JSON"),
        ({"json": True}, "[" * 100_000, "it is not JSON"),
        ({"json": True}, '{"a": NaN}', "it is not JSON"),
        ({"contains": ["a"], "lang": "zh"}, "b", 'it lacks "a"; it is not written in zh'),
    ],
)
def test_an_answer_meets_its_expectation_or_is_told_why_not(
    expect: dict[str, Any], answer: str, problem: str | None
) -> None:
    found = "; ".join(Expect.model_validate(expect).problems(Answer(answer)))
    assert found == "" if problem is None else problem in found


def test_a_phrase_of_punctuation_is_looked_for_as_it_is() -> None:
    assert says("Done :)", ":)")
    assert not says("Done :(", ":)")


@pytest.mark.parametrize(
    ("moves", "margin", "fails"),
    [
        ("not_down", 0.1, True),
        ("not_down", 0.3, False),
        ("down", 0.2, False),
        ("down", 0.4, True),
        ("up", 0.0, True),
        ("not_up", 0.0, False),
    ],
)
def test_a_probability_moves_as_far_as_it_must(moves: str, margin: float, fails: bool) -> None:
    change = Change.model_validate({"probability": {"moves": moves, "margin": margin}})
    assert bool(list(change.problems_between(SURE, UNSURE, []))) == fails


def test_a_label_is_as_likely_as_it_must_be() -> None:
    sure = Expect.model_validate({"likely": {"of": "good", "at_least": 0.7}})
    assert sure.is_of_labels()
    assert not list(sure.problems(SURE))
    assert list(sure.problems(UNSURE)) == ["the probability of good is 0.60"]
    with pytest.raises(ValueError, match="give at_least above 0 or at_most below 1"):
        Expect.model_validate({"likely": {"of": "good"}})


def test_what_is_improbable_already_cannot_fall() -> None:
    change = Change.model_validate(
        {"probability": {"of": "bad", "moves": "not_down", "margin": 0.1}}
    )
    assert change.why_not_asked(SURE) == "the probability of the label has no room to move"
    assert change.why_not_asked(UNSURE) is None


@pytest.mark.parametrize(
    ("moves", "margin", "before", "asked"),
    [
        ("up", 0.0, 1.0, False),
        ("up", 0.0, 0.99, True),
        ("up", 0.1, 0.95, False),
        ("up", 0.1, 0.9, True),
        ("down", 0.0, 0.0, False),
        ("down", 0.1, 0.05, False),
        ("down", 0.1, 0.1, True),
        ("not_up", 0.0, 1.0, False),
        ("not_down", 0.0, 0.0, False),
        ("not_down", 0.0, 0.1, True),
    ],
)
def test_a_probability_without_room_to_move_decides_nothing(
    moves: str, margin: float, before: float, asked: bool
) -> None:
    change = Change.model_validate(
        {"probability": {"of": "good", "moves": moves, "margin": margin}}
    )
    original = Answer("good", {"good": before, "bad": 1 - before})
    assert (change.why_not_asked(original) is None) == asked


def test_a_move_that_cannot_be_made_decides_nothing_beside_other_conditions() -> None:
    certain = Answer("good", {"good": 1.0, "bad": 0.0})
    for moves, asked in (("up", False), ("not_up", True)):
        change = Change.model_validate({"label": "good", "probability": {"moves": moves}})
        assert (change.why_not_asked(certain) is None) == asked


def test_a_probability_that_is_not_there_is_named() -> None:
    change = Change.model_validate({"probability": {"of": "best", "moves": "up"}})
    with pytest.raises(UserError, match='no label "best"; its labels: bad, good'):
        list(change.problems_between(SURE, UNSURE, []))
    with pytest.raises(UserError, match="it writes text"):
        list(change.problems_between(Answer("a"), Answer("b"), []))


def test_a_changed_answer_is_told_from_the_same() -> None:
    change = Change.model_validate({"changes": True})
    assert list(change.problems_between(Answer("Yes."), Answer("yes"), [])) == [
        "the answer stayed the same"
    ]
    assert not list(change.problems_between(Answer("Yes."), Answer("No."), []))


def test_a_swap_is_carried_whole() -> None:
    change = Change.model_validate({"carries_swap": True})
    swaps = [["48", "17"]]
    assert not list(change.problems_between(Answer("48"), Answer("Order 17."), swaps))
    assert list(change.problems_between(Answer("48"), Answer("Order 48."), swaps)) == [
        'it lacks "17"',
        'it still says "48"',
    ]


@pytest.mark.parametrize(
    ("variant", "problem"),
    [
        ("Order 17 is with Bo.", None),
        ("order 17 is with bo", None),
        ("Order 48 is with Ann.", 'it lacks "17"'),
        ("Order 17 is not with Bo.", "changed in more than what was swapped"),
    ],
)
def test_only_what_was_swapped_may_change(variant: str, problem: str | None) -> None:
    swaps = [["48", "17"], ["Ann", "Bo"]]
    original = Answer("Order 48 is with Ann.")
    found = "; ".join(differences(original, Answer(variant), "answer_with_swap", None, swaps))
    assert found == "" if problem is None else problem in found


def test_two_names_that_change_places_are_both_carried() -> None:
    swaps = [["Ann", "Bo"], ["Bo", "Ann"]]
    original, variant = Answer("Ann asks Bo."), Answer("Bo asks Ann.")
    assert not list(differences(original, variant, "answer_with_swap", None, swaps))
    assert list(differences(original, original, "answer_with_swap", None, swaps))


def test_a_label_stays_within_its_tolerance() -> None:
    assert not list(differences(SURE, UNSURE, "label", 0.4, []))
    assert "from 0.90 to 0.60" in next(differences(SURE, UNSURE, "label", 0.2, []))
    assert "the label went" in next(differences(SURE, Answer("bad"), "label", None, []))


def test_a_missing_answer_is_empty() -> None:
    assert to_answer({"prediction": None, "scores": float("nan")}) == Answer("", None)


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        ("Orders 12, 13 and 14.", "12"),
        ("Orders 12, 130 and 14.", "130"),
        ("订单48213，200元。", "48213"),
        ("订单１２已取消", "12"),
        ("It costs 12.50.", "12.50"),
        ("Wendy's parcel", "Wendy"),
        ("The cafe\u0301.", "café"),
        ("I don't know", "don’t"),
        ("星期三三点开门", "三点"),
    ],
)
def test_a_phrase_is_said(answer: str, phrase: str) -> None:
    assert says(answer, phrase)


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        ("It costs 12.5.", "12"),
        ("It costs 12.5.", "5"),
        ("It is 1,200.", "200"),
        ("The answer is -12.", "12"),
        ("共12万元", "12"),
        ("The café.", "caf"),
        ("The cafe\u0301.", "cafe"),
        ("I can't.", "can"),
        ("I can’t.", "can"),
        ("一共二十二件", "十二"),
        ("需要十三天", "三天"),
    ],
)
def test_a_part_of_what_is_said_is_not_said(answer: str, phrase: str) -> None:
    assert not says(answer, phrase)
