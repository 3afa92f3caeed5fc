"""Chat rows: the answer is trained, the question is not."""

import pytest

from tests.tiny import chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.rows import Row
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


CALLS = '[{"function": {"arguments": {"town": "北京"}, "name": "weather"}, "type": "function"}]'
KNOWS_TOOLS = (
    "{%- if tools -%}{{ '<u>' }}{% for tool in tools %}{{ tool.name }}{% endfor %}{%- endif -%}"
    "{%- for m in messages -%}{%- if m.role == 'assistant' -%}{{ '<a>' + m.content }}"
    "{%- for call in m.tool_calls or [] -%}{{ call.function.name }}"
    "({{ call.function.arguments | tojson }}){%- endfor -%}{{ '</s>' }}"
    "{%- else -%}{{ '<u>' + m.content }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<a>' }}{%- endif -%}"
)


def calling_row() -> Row:
    called = {"role": "assistant", "content": "", "tool_calls": CALLS}
    asked = {"role": "user", "content": "Weather?"}
    return {"source": "t:1", "prompt": [asked], "completion": [called]}


def test_a_tool_call_is_rendered_and_trained() -> None:
    tokenizer = tiny_tokenizer(KNOWS_TOOLS)
    row = {**calling_row(), "tools": '[{"name": "weather"}]'}
    encoded = encode(row, tokenizer, 500)
    trained = [i for i, n in zip(encoded["input_ids"], encoded["labels"], strict=True) if n >= 0]
    assert tokenizer.decode(trained) == 'weather({"town": "北京"})</s>'
    assert tokenizer.decode(encoded["input_ids"]).startswith("<u>weather<u>Weather?<a>")


@pytest.mark.parametrize("tools", [None, '[{"name": "weather"}]'])
def test_a_template_that_would_leave_calls_or_tools_out_is_refused(tools: str | None) -> None:
    row = {**calling_row(), "tools": tools}
    if tools:
        row["completion"] = [{"role": "assistant", "content": "It rains."}]
    with pytest.raises(UserError, match=r"does not render tool.*set base\.chat_template"):
        encode(row, tiny_tokenizer(), 500)
