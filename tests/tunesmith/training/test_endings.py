"""A phase teaches to stop, or says before any training that it would not."""

import pytest

from tests.tiny import TEMPLATE, chat_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.training.examples import count_trained, encode_rows

ENDLESS = TEMPLATE.replace(" + '</s>'", "")
SPACED = TEMPLATE.replace(" + '</s>'", " + '</s>\n \n'")
ROWS: list[Row] = [chat_row(0, "q", "short"), chat_row(1, "q", "a much longer answer than that")]
TURNS: Row = {
    **chat_row(2, "", ""),
    "prompt": None,
    "completion": None,
    "messages": [
        {"role": role, "content": text}
        for role, text in (("user", "q"), ("assistant", "a"), ("user", "q"), ("assistant", "b"))
    ],
}


def test_a_template_without_an_end_is_refused_before_training() -> None:
    with pytest.raises(
        UserError,
        match=r"2 of 2 rows.*without an end token.*toy\.jsonl:1.*eos_token.*chat_template",
    ):
        encode_rows(ROWS, "chat", tiny_tokenizer(ENDLESS), 128, [])


def test_a_turn_inside_of_a_conversation_without_an_end_is_refused_too() -> None:
    template = TEMPLATE.replace("'</s>'", "('</s>' if m.content == 'b' else '')")
    with pytest.raises(UserError, match=r"1 of 1 rows.*toy\.jsonl:3"):
        encode_rows([TURNS], "chat", tiny_tokenizer(template), 128, [])


def test_white_space_behind_the_end_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    encode_rows([*ROWS, TURNS], "chat", tiny_tokenizer(SPACED), 128, [])
    assert capsys.readouterr().out == ""


def test_when_every_row_lost_its_end_nothing_is_trained() -> None:
    with pytest.raises(UserError, match=r"no row has the end of its answer within max_length 5"):
        encode_rows(ROWS, "chat", tiny_tokenizer(), 5, [])


def test_completions_end_by_themselves_and_texts_may_be_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    encode_rows(ROWS, "completion", tiny_tokenizer(None), 128, [])
    text: Row = {"id": "t", "task": "text", "text": "long " * 9, "source": "toy.txt:1"}
    encode_rows([text], "text", tiny_tokenizer(None), 8, [])
    assert capsys.readouterr().out == ""


def test_only_tokens_with_a_loss_are_counted() -> None:
    encoded = encode_rows(ROWS[:1], "chat", tiny_tokenizer(), 128, [])
    assert count_trained(encoded) == len("short") + 1
    assert count_trained([{"labels": 0}, {"labels": 3}]) == 2
