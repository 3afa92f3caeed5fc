"""Rows that a phase cannot train on are counted and named."""

from typing import Any

import pytest
from transformers import BertConfig, LlamaConfig, MambaConfig, RobertaConfig

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.training.fitting import fitting_rows, refuse_long, refuse_unfit


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


def test_completions_are_trained_on_the_rows_of_chat() -> None:
    refuse_unfit([chat_row(0, "q", "a")], "completion")
    with pytest.raises(UserError, match="1 of task text"):
        refuse_unfit([other(task="text")], "completion")


@pytest.mark.parametrize(
    ("config", "fits"),
    [
        (LlamaConfig(max_position_embeddings=64), 64),
        (BertConfig(max_position_embeddings=64), 64),
        (RobertaConfig(max_position_embeddings=66, pad_token_id=1), 64),
    ],
)
def test_a_length_beyond_the_models_positions_is_refused(config: Any, fits: int) -> None:
    refuse_long(fits, 0, config)
    refuse_long(fits - 8, 8, config)
    with pytest.raises(UserError, match=r"65 tokens are more than .*\(64\); at most 64"):
        refuse_long(fits + 1, 0, config)
    with pytest.raises(UserError, match=r"64 tokens and 8 virtual tokens.*at most 56"):
        refuse_long(fits, 8, config)


def test_a_model_without_a_limit_takes_any_length() -> None:
    refuse_long(10**6, 0, MambaConfig())


def test_a_phase_takes_its_rows_and_says_what_it_leaves(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [chat_row(0, "q", "a"), other(task="unpaired"), other(task="stepwise"), other()]
    assert fitting_rows(rows, "chat", "train", "sft", told=True) == [rows[0], rows[3]]
    assert capsys.readouterr().out == (
        "sft: 2 of 4 rows of train are left to phases of other tasks "
        "(1 of task stepwise, 1 of task unpaired)\n"
    )


def test_a_table_of_other_tasks_alone_is_refused() -> None:
    with pytest.raises(UserError, match="2 of 2 rows do not fit a phase of task chat"):
        fitting_rows([other(task="unpaired")] * 2, "chat", "train", "sft", told=True)
    assert fitting_rows([], "chat", "train", "sft", told=True) == []
