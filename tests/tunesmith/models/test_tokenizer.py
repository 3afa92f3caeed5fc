"""A tokenizer without an end or without padding cannot be trained with."""

import shutil
from pathlib import Path

import pytest

from tests.tiny import tiny_tokenizer
from tunesmith.errors import UserError
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.models.tokenizer import tokenizer_of


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_base, tmp_path / "base"))


def save_without(base: Path, *tokens: str) -> None:
    tokenizer = tiny_tokenizer()
    for token in tokens:
        setattr(tokenizer, token, None)
    tokenizer.save_pretrained(base)


def test_padding_is_the_end_where_there_is_no_token_of_its_own(base: Path) -> None:
    save_without(base, "pad_token")
    assert tokenizer_of(resolve(BaseParams(model=str(base)))).pad_token == "</s>"


def test_without_an_end_the_way_out_is_named(base: Path) -> None:
    save_without(base, "eos_token")
    with pytest.raises(UserError, match=r'no end-of-sequence token; set "eos_token" in its token'):
        tokenizer_of(resolve(BaseParams(model=str(base))))


def test_with_a_separator_but_nothing_to_pad_with_the_way_out_is_named(base: Path) -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.eos_token, tokenizer.pad_token, tokenizer.sep_token = None, None, "<u>"
    tokenizer.save_pretrained(base)
    with pytest.raises(UserError, match='no token to pad with; set "pad_token"'):
        tokenizer_of(resolve(BaseParams(model=str(base))))
