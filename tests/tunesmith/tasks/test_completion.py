"""Completions: plain text, of which the answers are trained."""

import pytest

from tests.tiny import chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.tasks.chat import IGNORED
from tunesmith.tasks.completion import encode, encode_prompt

TOKENIZER = tiny_tokenizer(None)


def trained_text(encoded: dict[str, list[int]]) -> str:
    return TOKENIZER.decode([label for label in encoded["labels"] if label != IGNORED])


def test_only_the_completion_and_its_end_are_trained_and_no_template_is_needed() -> None:
    encoded = encode(chat_row(0, "多少钱？", "三元。"), TOKENIZER, 512)
    assert TOKENIZER.decode(encoded["input_ids"]) == "多少钱？\n三元。</s>"
    assert trained_text(encoded) == "三元。</s>"


def test_a_prompt_that_ends_its_line_is_left_as_it_is() -> None:
    encoded = encode(chat_row(0, "how much?\n", "three"), TOKENIZER, 512)
    assert TOKENIZER.decode(encoded["input_ids"]) == "how much?\nthree</s>"


def test_generation_starts_from_exactly_the_tokens_before_the_answer() -> None:
    row = chat_row(0, "how much?", "three")
    prompt = encode_prompt(row["prompt"], TOKENIZER)
    encoded = encode(row, TOKENIZER, 512)
    assert encoded["input_ids"][: len(prompt)] == prompt
    assert encoded["labels"][: len(prompt)] == [IGNORED] * len(prompt)
    assert encoded["labels"][len(prompt)] != IGNORED


def test_every_assistant_turn_of_a_conversation_is_trained() -> None:
    turns = [("user", "a"), ("assistant", "B"), ("user", "c"), ("assistant", "D")]
    row: Row = {"source": "x:1", "messages": [{"role": r, "content": c} for r, c in turns]}
    assert trained_text(encode(row, TOKENIZER, 512)) == "B</s>D</s>"


def test_a_tokenizer_that_begins_texts_begins_completions_too() -> None:
    from tokenizers.processors import TemplateProcessing

    beginning = tiny_tokenizer(None)
    beginning.bos_token = "<u>"
    beginning._tokenizer.post_processor = TemplateProcessing(
        single="<u> $A", special_tokens=[("<u>", beginning.bos_token_id)]
    )
    encoded = encode(chat_row(0, "q", "a"), beginning, 64)
    assert encoded["input_ids"][0] == beginning.bos_token_id
    assert encoded["input_ids"].count(beginning.bos_token_id) == 1
    assert encoded["labels"][0] == IGNORED


def test_a_long_row_is_cut() -> None:
    encoded = encode(chat_row(0, "q" * 100, "a" * 100), TOKENIZER, 50)
    assert len(encoded["input_ids"]) == len(encoded["labels"]) == 50


def test_tools_have_no_place_in_plain_text() -> None:
    with pytest.raises(UserError, match="tools are no completions; train them in a phase of task"):
        encode(chat_row(0, "q", "a", tools='[{"name": "weather"}]'), TOKENIZER, 64)


def test_a_tokenizer_without_an_end_names_the_way_out() -> None:
    endless = tiny_tokenizer(None)
    endless.eos_token = None
    with pytest.raises(UserError, match='no end-of-sequence token.*set "eos_token"'):
        encode(chat_row(0, "q", "a"), endless, 64)
