"""What the linear model of n-grams learns of a fold, beside which reward models are put."""

import pytest

from benchmarks.preferences.ngrams import by_ngrams
from benchmarks.preferences.pairs import Fold


def pair(number: int, chosen: str, rejected: str) -> dict:
    answers = {"chosen": chosen, "rejected": rejected}
    return {
        "id": str(number),
        **{side: [{"role": "assistant", "content": text}] for side, text in answers.items()},
    }


def fold(ending: str) -> Fold:
    rows = [
        pair(n, f"The {name} is here, thank you.", f"The {name} is here{ending}.")
        for n, name in enumerate(["lamp", "door", "desk", "cup", "shelf", "chair"])
    ]
    return Fold(rows[:3], rows[3:4], rows[4:])


def test_what_tells_all_answers_apart_is_learnt() -> None:
    assert min(by_ngrams(fold(", go away")).own) > 0


def test_the_longer_answer_is_told_in_characters() -> None:
    assert by_ngrams(fold(", go away")).longer == [2, 2]


def test_answers_that_are_alike_prefer_nothing() -> None:
    assert by_ngrams(fold(", thank you")).own == pytest.approx([0.0, 0.0])
