"""Rows that would train nothing never reach the trainer."""

import pytest

from tests.tiny import chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.training.collate import Collator
from tunesmith.training.examples import encode_rows

TOKENIZER = tiny_tokenizer()


def test_a_row_whose_answer_is_cut_away_is_named_with_the_ways_out() -> None:
    rows = [chat_row(0, "short", "a"), chat_row(1, "long " * 40, "a")]
    with pytest.raises(UserError, match=r"1 of 2 rows .*first toy.jsonl:2.*max_length"):
        encode_rows(rows, "chat", TOKENIZER, 30, [])


def test_no_rows_at_all_is_an_error() -> None:
    with pytest.raises(UserError, match="no row to train on"):
        encode_rows([], "chat", TOKENIZER, 30, [])


def test_padding_is_neither_read_nor_trained() -> None:
    rows = encode_rows(
        [chat_row(0, "q", "a"), chat_row(1, "question", "b")], "chat", TOKENIZER, 64, []
    )
    batch = Collator(TOKENIZER.pad_token_id)(rows)
    short = len(rows[0]["input_ids"])
    assert batch["attention_mask"][0].sum() == short
    assert set(batch["labels"][0, short:].tolist()) == {-100}


def test_a_class_is_one_number_a_row() -> None:
    batch = Collator(0)([{"input_ids": [5], "labels": 1}, {"input_ids": [5, 6], "labels": 0}])
    assert batch["labels"].tolist() == [1, 0]
