"""The rows that a merged model is compared on repeat, and no language is left out."""

from collections import Counter

import pytest

from tests.tiny import chat_row, label_row
from tunesmith.errors import UserError
from tunesmith.export.sample import sample

ROWS = [
    *(chat_row(i, f"q{i}", "a", lang="en") for i in range(40)),
    *(chat_row(i + 40, f"问{i}", "a", lang="zh") for i in range(5)),
    chat_row(99, "q", "a", lang=None),
]


def test_languages_take_turns_until_one_is_used_up() -> None:
    assert Counter(row["lang"] for row in sample(ROWS, "chat", 6, 0)) == {
        "en": 3,
        "zh": 2,
        None: 1,
    }
    assert Counter(row["lang"] for row in sample(ROWS, "chat", 20, 0))["zh"] == 5


def test_the_seed_alone_decides() -> None:
    assert sample(ROWS, "chat", 8, 3) == sample(ROWS, "chat", 8, 3)
    assert sample(ROWS, "chat", 8, 3) != sample(ROWS, "chat", 8, 4)


def test_rows_of_another_task_are_passed_over() -> None:
    labelled = label_row(1, "t", "y") | {"lang": "en"}
    assert sample([*ROWS, labelled], "classification", 8, 0) == [labelled]
    assert len(sample(ROWS, "completion", 8, 0)) == 8
    with pytest.raises(UserError, match="no held-out row of task text"):
        sample(ROWS, "text", 8, 0)
