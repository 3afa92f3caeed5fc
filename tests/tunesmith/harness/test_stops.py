"""Answers end at the strings of a task, and no later token is made."""

import pytest

from tunesmith.harness.stops import StopsAtStrings, generate_until, until
from tunesmith.models.load import Loaded
from tunesmith.prediction.generate import generate

PROMPTS = [[9, 8, 7, 6, 5], [50, 51], [40] * 9]


def test_a_text_is_cut_at_the_first_string() -> None:
    assert until("a\nb。c", ["。", "\n"]) == "a"
    assert until("a", []) == "a"


def test_it_is_the_beginning_of_the_free_answer(tiny: Loaded) -> None:
    free = generate_until(tiny.model, tiny.tokenizer, PROMPTS, [], 2, 12)
    stop = free[0][3]
    cut = generate_until(tiny.model, tiny.tokenizer, PROMPTS, [stop, ""], 2, 12)
    assert cut == [text.partition(stop)[0] for text in free]
    assert len(cut[0]) <= 3


def test_no_token_is_made_behind_the_string(tiny: Loaded) -> None:
    [free] = generate(tiny.model, tiny.tokenizer, PROMPTS[:1], 1, 12)
    stop = tiny.tokenizer.decode(free.ids[:3])
    stopping = StopsAtStrings(tiny.model, tiny.tokenizer, [stop])
    [cut] = generate(stopping, tiny.tokenizer, PROMPTS[:1], 1, 12)
    assert cut.ids == free.ids[:3]
    assert len(free.ids) > 3


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_batch_size_changes_nothing(tiny: Loaded, size: int) -> None:
    alone = generate_until(tiny.model, tiny.tokenizer, PROMPTS, ["\n"], 1, 8)
    assert generate_until(tiny.model, tiny.tokenizer, PROMPTS, ["\n"], size, 8) == alone
