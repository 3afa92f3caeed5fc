"""Classification rows: a text and its label."""

import pytest

from tests.tiny import label_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.tasks.classification import encode, label_names

TOKENIZER = tiny_tokenizer(None)


def test_labels_are_sorted_so_that_the_head_repeats() -> None:
    rows = [label_row(0, "x", "pos"), label_row(1, "y", "neg"), label_row(2, "z", "pos")]
    assert label_names(rows) == ["neg", "pos"]


def test_a_label_that_training_never_saw_is_named() -> None:
    with pytest.raises(UserError, match=r"toy.jsonl:8: label 'maybe' was never seen"):
        encode(label_row(7, "x", "maybe"), TOKENIZER, 64, {"no": 0, "yes": 1})


def test_a_row_becomes_its_tokens_and_the_label_number() -> None:
    encoded = encode(label_row(0, "好看", "yes"), TOKENIZER, 64, {"no": 0, "yes": 1})
    assert encoded["labels"] == 1
    assert TOKENIZER.decode(encoded["input_ids"]) == "好看"
