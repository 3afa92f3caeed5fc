"""Plain text is trained whole, in blocks; what is predicted of it is not cut into any."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import text_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.tasks import text
from tunesmith.tasks.chat import IGNORED

TOKENIZER = tiny_tokenizer(None)


@given(st.text("abc你 ", max_size=60), st.integers(2, 20))
def test_every_token_of_a_text_and_its_end_is_trained_once(said: str, max_length: int) -> None:
    whole = [*TOKENIZER(said, add_special_tokens=False)["input_ids"], TOKENIZER.eos_token_id]
    blocks = text.blocks(text_row(0, said), TOKENIZER, max_length)
    trained = [one for block in blocks for one in block["labels"] if one != IGNORED]
    assert trained == whole
    assert all(len(block["input_ids"]) <= max_length for block in blocks)
    for before, block in pairwise(blocks):
        assert block["input_ids"][0] == before["input_ids"][-1]
        assert len(before["input_ids"]) == max_length
        assert len(block["input_ids"]) > 1


def test_a_text_that_fits_is_one_block_as_before() -> None:
    row = text_row(0, "short")
    assert text.blocks(row, TOKENIZER, 6) == [text.encode(row, TOKENIZER, 6)]
    assert len(text.blocks(row, TOKENIZER, 5)) == 2


def test_a_block_of_one_token_would_learn_nothing_and_is_refused() -> None:
    with pytest.raises(UserError, match=r"max_length: a text needs 2 tokens"):
        text.blocks(text_row(0, "ab"), TOKENIZER, 1)
