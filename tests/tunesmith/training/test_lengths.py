"""What `max_length` does is said: rows that it cuts, texts that it puts into blocks."""

from pathlib import Path
from typing import Any

import pytest

from tests.tiny import chat_row, label_row, text_row, tiny_tokenizer
from tests.tunesmith.methods.trying import phase
from tests.tunesmith.training.killed import fingerprints
from tests.tunesmith.training.test_exact import interrupted
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.training.examples import count_trained, encode_rows
from tunesmith.training.lengths import lengths, tell
from tunesmith.training.packing import PackedCollator
from tunesmith.training.run import Trained, train
from tunesmith.training.token_cache import encoded_rows

TOKENIZER = tiny_tokenizer()
CHAT: list[Row] = [chat_row(0, "q", "short"), chat_row(1, "q", "a much longer answer than that")]
CLASSES: list[Row] = [label_row(0, "xy", "n"), label_row(1, "x" * 40, "y")]
TEXTS: list[Row] = [text_row(0, "ab" * 20), text_row(1, "c")]


@pytest.mark.parametrize("kept", [False, True], ids=["encoded", "read from the cache"])
@pytest.mark.parametrize(
    ("task", "rows", "counts"),
    [
        ("chat", CHAT, {"rows": 2, "cut": 1, "longest_tokens": 34}),
        ("classification", CLASSES, {"rows": 2, "cut": 1, "longest_tokens": 40}),
        ("text", TEXTS, {"rows": 2, "blocks": 4, "tokens": 43, "trained_tokens": 41}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_that_are_cut_and_blocks_of_texts_are_counted(
    tmp_path: Path, task: str, rows: list[Row], counts: dict[str, int], kept: bool
) -> None:
    folder = tmp_path if kept else None
    for _ in range(2):
        encoded = encoded_rows(rows, task, TOKENIZER, 16, ["n", "y"], folder)
        assert lengths(rows, encoded, task) == counts


@pytest.mark.parametrize(
    ("task", "rows", "most"),
    [("text", TEXTS, 4), ("text", TEXTS, 64), ("chat", CHAT, 16), ("chat", CHAT, 64)],
)
def test_trained_tokens_are_those_that_a_packed_batch_trains(
    task: str, rows: list[Row], most: int
) -> None:
    encoded = encode_rows(rows, task, TOKENIZER, most, [])
    assert count_trained(encoded) == len(PackedCollator()(encoded)["targets"])


def test_a_text_without_a_letter_is_refused_since_nothing_of_it_is_trained() -> None:
    with pytest.raises(UserError, match=r"1 of 2 rows have no trained token .*first toy.txt:1"):
        encode_rows([text_row(0, ""), text_row(1, "abc")], "text", TOKENIZER, 16, [])


def test_a_row_that_just_fits_is_not_cut() -> None:
    encoded = encode_rows(CLASSES, "classification", TOKENIZER, 40, ["n", "y"])
    assert lengths(CLASSES, encoded, "classification")["cut"] == 0


def told(rows: list[Row], task: str, capsys: pytest.CaptureFixture[str], most: int = 16) -> str:
    encoded = encode_rows(rows, task, TOKENIZER, most, ["n", "y"])
    tell("sft", "train", rows, encoded, lengths(rows, encoded, task), most)
    return capsys.readouterr().out


def test_cut_rows_are_told_in_one_line_with_the_first_and_the_longest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told(CHAT, "chat", capsys) == (
        "sft: 1 of 2 rows of train are cut at max_length 16, the longest has 34 tokens, first "
        "toy.jsonl:2; what is behind is not read, and an answer that lost its end does not teach "
        "to stop: raise phases.sft.max_length to train them whole\n"
    )


def test_blocks_are_told_with_texts_and_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(TEXTS, "text", capsys) == (
        "sft: 2 texts of train are trained in 4 blocks of at most 16 tokens, 43 in all; none is "
        "lost\n"
    )


@pytest.mark.parametrize(("task", "rows"), [("chat", CHAT), ("text", TEXTS)])
def test_nothing_is_told_where_everything_fits(
    capsys: pytest.CaptureFixture[str], task: str, rows: list[Row]
) -> None:
    assert told(rows, task, capsys, most=128) == ""


@pytest.mark.slow
@pytest.mark.parametrize("packing", [False, True])
def test_long_texts_are_trained_whole_and_a_stopped_training_ends_alike(
    base: Path, tmp_path: Path, packing: bool
) -> None:
    texts = [text_row(i, "abcd"[i % 4] * (5 + 9 * i)) for i in range(8)]
    own: dict[str, Any] = {"per_device_batch_size": 4, "packing": packing}
    one = phase({"kind": "full"}, task="text", max_length=32, epochs=2, **own)

    def trained(work: str) -> Trained:
        return train(one, base, texts, texts[:3], tmp_path / work, seed=0)

    whole = trained("whole")
    counts = whole.outcome["lengths"]["train"]
    assert counts == {"rows": 8, "blocks": 14, "tokens": 300, "trained_tokens": 292}
    assert sum(len(str(row["text"])) + 1 for row in texts) == 300
    assert whole.trained_tokens == 292  # nothing stands before the first token of a text
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, "training_step", 6)
        with pytest.raises(KeyboardInterrupt):
            trained("again")
    assert fingerprints(trained("again")) == fingerprints(whole)
