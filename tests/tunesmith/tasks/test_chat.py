"""Chat rows: the answer is trained, the question is not."""

import pytest

from tests.tiny import chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.tasks.chat import IGNORED, encode, encode_prompt

TOKENIZER = tiny_tokenizer()


def trained_text(encoded: dict[str, list[int]]) -> str:
    return TOKENIZER.decode([label for label in encoded["labels"] if label != IGNORED])


def test_only_the_answer_and_its_end_are_trained() -> None:
    encoded = encode(chat_row(0, "多少钱？", "三元。"), TOKENIZER, 512)
    assert trained_text(encoded) == "三元。</s>"
    assert TOKENIZER.decode(encoded["input_ids"]) == "<u>多少钱？<a>三元。</s>"


def test_generation_starts_from_exactly_the_tokens_before_the_answer() -> None:
    row = chat_row(0, "how much?", "three")
    encoded = encode(row, TOKENIZER, 512)
    prompt = encode_prompt(row["prompt"], TOKENIZER)
    assert encoded["input_ids"][: len(prompt)] == prompt
    assert encoded["labels"][len(prompt) - 1] == IGNORED
    assert encoded["labels"][len(prompt)] != IGNORED


def test_every_assistant_turn_of_a_conversation_is_trained() -> None:
    turns = [("user", "a"), ("assistant", "B"), ("user", "c"), ("assistant", "D")]
    row = {"source": "x:1", "messages": [{"role": r, "content": c} for r, c in turns]}
    assert trained_text(encode(row, TOKENIZER, 512)) == "B</s>D</s>"


def test_answers_inside_a_prompt_are_read_but_not_trained() -> None:
    row = chat_row(0, "a", "D")
    row["prompt"] = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "B"},
        {"role": "user", "content": "c"},
    ]
    assert trained_text(encode(row, TOKENIZER, 512)) == "D</s>"


def test_a_long_row_is_cut() -> None:
    encoded = encode(chat_row(0, "q" * 100, "a" * 100), TOKENIZER, 50)
    assert len(encoded["input_ids"]) == len(encoded["labels"]) == 50


def test_a_model_without_a_template_names_the_way_out() -> None:
    with pytest.raises(UserError, match="base.chat_template"):
        encode(chat_row(0, "q", "a"), tiny_tokenizer(None), 512)


def test_a_template_that_rewrites_earlier_turns_is_refused() -> None:
    changing = tiny_tokenizer(
        "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    )
    with pytest.raises(UserError, match=r"toy.jsonl:1: the chat template rewrites"):
        encode(chat_row(0, "q", "a"), changing, 512)
