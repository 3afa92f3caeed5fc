"""The same rows are tokenised once; other rows, dials or tokenizers, and damage, make them anew."""

from pathlib import Path
from typing import Any

import pytest

from tests.tiny import TEMPLATE, chat_row, label_row, tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.training import token_cache
from tunesmith.training.token_cache import KEPT, encoded_rows, key_of

TOKENIZER = tiny_tokenizer()
ROWS = [chat_row(i, "say " * (i % 3), "abcd"[i % 4]) for i in range(9)]
LABELLED = [label_row(i, "x" * (1 + i % 3), "ny"[i % 2]) for i in range(9)]
USUAL = {"task": "chat", "tokenizer": TOKENIZER, "max_length": 64, "labels": []}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often rows are tokenised."""
    seen: list[int] = []
    encode = token_cache.encode_rows

    def counting(rows: Any, *args: Any) -> Any:
        seen.append(len(rows))
        return encode(rows, *args)

    monkeypatch.setattr(token_cache, "encode_rows", counting)
    return seen


def encoded(folder: Path, rows: list[dict[str, Any]] = ROWS, **changes: Any) -> Any:
    return encoded_rows(rows, **{**USUAL, **changes}, kept=folder)


@pytest.mark.parametrize("task", ["chat", "completion", "classification"])
def test_the_second_run_does_not_tokenise_and_has_the_same_tokens(
    tmp_path: Path, calls: list[int], task: str
) -> None:
    classes = task == "classification"
    dials = {"task": task, "labels": ["n", "y"] if classes else []}
    rows = LABELLED if classes else ROWS
    first = encoded(tmp_path, rows, **dials)
    assert encoded(tmp_path, rows, **dials) == first
    assert calls == [9]


def test_a_class_of_texts_of_one_token_is_still_a_class(tmp_path: Path, calls: list[int]) -> None:
    rows = [label_row(i, "x", "ny"[i % 2]) for i in range(4)]
    dials = {"task": "classification", "labels": ["n", "y"]}
    assert encoded(tmp_path, rows, **dials) == encoded(tmp_path, rows, **dials)
    assert calls == [4]


@pytest.mark.parametrize(
    "changes",
    [
        {"max_length": 63},
        {"task": "completion"},
        {"labels": ["n"]},
        {"rows": ROWS[::-1]},
        {"rows": [*ROWS[:-1], chat_row(8, "say say ", "b")]},
        {"tokenizer": tiny_tokenizer(TEMPLATE.replace("<u>", "<a>"))},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_decides_the_tokens_makes_them_anew(
    tmp_path: Path, calls: list[int], changes: dict[str, Any]
) -> None:
    encoded(tmp_path)
    encoded(tmp_path, **changes)
    assert calls == [9, 9]


def test_a_change_to_the_code_that_encodes_makes_them_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of(TOKENIZER, "chat", 64, [])
    monkeypatch.setattr(token_cache, "_code", lambda: ["other"])
    assert key_of(TOKENIZER, "chat", 64, []) != before


@pytest.mark.parametrize("damage", ["flip", "cut", "no hash"])
def test_a_damaged_file_is_made_again(tmp_path: Path, calls: list[int], damage: str) -> None:
    first = encoded(tmp_path)
    file = next(tmp_path.glob("*.safetensors"))
    whole = file.read_bytes()
    if damage == "flip":
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    elif damage == "cut":
        file.write_bytes(whole[:-1])
    else:
        next(tmp_path.glob("*.sha256")).unlink()
    assert encoded(tmp_path) == first
    assert encoded(tmp_path) == first
    assert calls == [9, 9]
    assert file.read_bytes() == whole


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for length in range(20, 22 + KEPT):
        encoded(tmp_path, max_length=length)
    assert len(list(tmp_path.glob("*.safetensors"))) == KEPT
    assert len(list(tmp_path.iterdir())) == 2 * KEPT


def test_rows_that_are_refused_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no trained token"):
        encoded(tmp_path, max_length=1)
    assert not list(tmp_path.iterdir())


def test_without_a_folder_nothing_is_kept(calls: list[int]) -> None:
    assert encoded_rows(ROWS, **USUAL, kept=None) == encoded_rows(ROWS, **USUAL, kept=None)
    assert calls == [9, 9]


def test_a_tokenizer_that_does_not_show_itself_is_not_trusted_to_be_the_same() -> None:
    assert key_of(object(), "chat", 64, []) == ""
