"""Rows that a phase cannot train on are counted and named."""

from typing import Any

import pytest

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.training.fitting import refuse_unfit


def other(**columns: Any) -> dict[str, Any]:
    return {**chat_row(9, "q", "a"), "source": "kto.jsonl:3", **columns}


def test_rows_of_another_task_are_counted_by_task() -> None:
    rows = [chat_row(0, "q", "a"), other(task="unpaired", label="false"), other(task="stepwise")]
    with pytest.raises(UserError) as caught:
        refuse_unfit(rows, "chat")
    assert str(caught.value).startswith(
        "2 of 3 rows do not fit a phase of task chat: 1 of task stepwise, 1 of task unpaired; "
        "first kto.jsonl:3"
    )


def test_images_and_several_labels_are_not_trained() -> None:
    with pytest.raises(UserError, match="1 of 1 rows hold images"):
        refuse_unfit([other(images=["a.png"])], "chat")
    with pytest.raises(UserError, match="have several labels"):
        refuse_unfit([other(task="classification", label='["a", "b"]')], "classification")


def test_rows_of_the_phases_task_pass() -> None:
    refuse_unfit([chat_row(0, "q", "a")], "chat")
    refuse_unfit([other(task="classification", label="[not json")], "classification")
