"""Each built-in reward scores what it says, and the sum of several names what is wrong."""

import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.rewards import AnyReward
from tunesmith.rewards.base import Answer, Place, Reward
from tunesmith.rewards.combined import Combined

PLACE = Place(
    lambda: lambda prompts, answers: [len(a) for a in answers], Path("rewards"), Path("work"), 0
)


def reward(**dials: Any) -> Reward:
    found: Reward = TypeAdapter(AnyReward).validate_python(dials)
    return found


def answer(text: str, tokens: int = 3, right: str = "yes") -> Answer:
    row = chat_row(4, "sure?", right)
    return Answer(row, [{"role": "user", "content": "sure?"}], text, tokens, True)


def scores(dials: dict[str, Any], *answers: Answer) -> list[float]:
    return reward(**dials).scorer(PLACE)(list(answers))


def test_exact_match_compares_with_the_row() -> None:
    found = scores(
        {"kind": "exact_match"}, answer(" yes\n"), answer("no"), answer("是", right="是")
    )
    assert found == [1.0, 0.0, 1.0]


def test_a_row_without_an_answer_has_nothing_to_match() -> None:
    with pytest.raises(UserError, match=r"toy\.jsonl:5: the row has no answer"):
        scores({"kind": "exact_match"}, answer("yes", right=""))


@pytest.mark.parametrize(
    ("tokens", "score"), [(4, 0.0), (10, 0.0), (15, -0.5), (2, -0.5), (40, -1.0)]
)
def test_length_falls_in_a_line_outside_its_bounds(tokens: int, score: float) -> None:
    dials = {"kind": "length", "at_least": 4, "at_most": 10}
    assert scores(dials, answer("x", tokens)) == [pytest.approx(score)]


def test_a_pattern_is_found_anywhere() -> None:
    dials = {"kind": "pattern", "expression": "(?i)sorry|抱歉"}
    assert scores(dials, answer("I am Sorry."), answer("很抱歉"), answer("fine")) == [1, 1, 0]


@pytest.mark.parametrize(
    ("dials", "words"),
    [
        ({"kind": "pattern", "expression": "("}, "no regular expression"),
        ({"kind": "length", "at_least": 9, "at_most": 3}, "is more than at_most"),
        ({"kind": "function", "of": "/etc/x.py:f"}, "pattern"),
        ({"kind": "function", "of": "../x.py:f"}, "pattern"),
        ({"kind": "served", "endpoint": {"model": "m"}, "question": "good?"}, "{answer}"),
        ({"kind": "served", "endpoint": {"model": "m"}, "lowest": 5, "highest": 5}, "below"),
    ],
)
def test_dials_that_mean_nothing_are_refused(dials: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        reward(**dials)


def test_several_rewards_are_a_weighted_sum() -> None:
    parts = [
        reward(kind="exact_match", weight=2.0),
        reward(kind="length", at_most=2, weight=0.5),
    ]
    assert Combined(parts, PLACE)([answer("yes"), answer("no", 2)]) == [2.0 - 0.25, 0.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_reward_that_is_no_number_is_named_with_its_prompt(bad: float) -> None:
    class Broken(Reward):
        kind: str = "broken"

        def scorer(self, place: Place) -> Any:
            return lambda answers: [0.0] * (len(answers) - 1) + [bad]

    with pytest.raises(UserError, match=rf"reward broken is {bad} for 1 of 2 .* toy\.jsonl:5"):
        Combined([Broken()], PLACE)([answer("a"), answer("b")])
