"""The table of rewards: one for each answer, joined with the predictions by id."""

from pathlib import Path

import pandas as pd
import pytest

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.rewards.base import Answer
from tunesmith.rewards.table import rewards_of, with_rewards, write_rewards

PREDICTIONS = pd.DataFrame(
    {
        "id": ["a", "b"],
        "prediction": ["yes", None],
        "generated_tokens": [3, None],
        "finished": [True, None],
    },
    dtype=object,
)


def test_a_scorer_sees_question_answer_and_length() -> None:
    seen: list[Answer] = []

    def scorer(answers: list[Answer]) -> list[float]:
        seen.extend(answers)
        return [1.0] * len(answers)

    rows = [chat_row(0, "sure?", "yes"), chat_row(1, "真的？", "是")]
    assert rewards_of(rows, PREDICTIONS, scorer) == [1.0, 1.0]
    assert [(one.text, one.tokens, one.finished) for one in seen] == [
        ("yes", 3, True),
        ("", 0, False),
    ]
    assert seen[1].prompt[-1]["content"] == "真的？"


def test_plain_text_is_no_answer() -> None:
    text = {**chat_row(0, "", ""), "task": "text", "text": "Once upon a time.", "prompt": None}
    rows = [text, chat_row(1, "sure?", "yes")]
    assert rewards_of(rows, PREDICTIONS, lambda answers: [0.5] * len(answers)) == [None, 0.5]


def test_rewards_are_joined_by_id_and_model(tmp_path: Path) -> None:
    place = tmp_path / "rewards.parquet"
    write_rewards(place, {"base": (["b", "a"], [0.25, 1.0]), "candidate": (["a", "b"], [9.0, 9.0])})
    assert list(with_rewards(PREDICTIONS, "base", place)["reward"]) == [1.0, 0.25]


def test_a_model_that_was_not_scored_keeps_its_predictions(tmp_path: Path) -> None:
    write_rewards(tmp_path / "rewards.parquet", {})
    assert with_rewards(PREDICTIONS, "base", tmp_path / "rewards.parquet") is PREDICTIONS


def test_rewards_of_other_rows_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "rewards.parquet"
    write_rewards(place, {"base": (["a"], [1.0])})
    with pytest.raises(UserError, match="no reward for 1 answers of base, first b; score them"):
        with_rewards(PREDICTIONS, "base", place)
