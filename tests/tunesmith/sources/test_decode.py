"""The encoding of a file, found from blocks that are never held together."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunesmith.errors import UserError
from tunesmith.sources.decode import decoded, encoding_of, is_garbled

CHINESE = "请问我的订单到哪了，您的订单已经发货了\n".encode("gb18030")
MOSTLY = "好\n".encode() * 12 + b"\xff\n"


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def found(data: bytes, size: int, encoding: str | None = None) -> tuple[str, str]:
    """The encoding and the text, or the error."""
    blocks = cut(data, size)
    try:
        told = encoding_of(lambda: blocks, "x.txt", encoding)
    except UserError as error:
        return "error", str(error)
    return told.name, "".join(decoded(blocks, told.name, told.errors))


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode), st.integers(1, 7))
@example(CHINESE, 3)
@example(MOSTLY, 2)
@example("\ufeff好".encode("utf-16"), 1)
def test_where_blocks_are_cut_changes_nothing(data: bytes, size: int) -> None:
    assert found(data, size) == found(data, len(data) or 1)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("好".encode(), "utf-8"),
        (MOSTLY, "utf-8"),
        (CHINESE, "gb18030"),
        ("好".encode("utf-8-sig"), "utf-8-sig"),
        ("好".encode("utf-16"), "utf-16"),
        ("好".encode("utf-32"), "utf-32"),
    ],
)
def test_the_bytes_tell_their_encoding(data: bytes, encoding: str) -> None:
    assert found(data, 4)[0] == encoding


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_byte_that_does_not_fit_is_named_by_its_place_in_the_file(size: int) -> None:
    data = "一行\n两行\n".encode() + b"x\xffy\n"
    assert found(data, size, "utf-8")[1].startswith("x.txt:3: not utf-8 at byte 15; set")


@pytest.mark.parametrize("size", [2, 100])
def test_a_character_that_the_end_cuts_off_is_named(size: int) -> None:
    data = "好的\n".encode("gb18030") + b"\xc4"
    assert "x.txt:2: not gb18030 at byte 5" in found(data, size, "gb18030")[1]


@pytest.mark.parametrize("name", ["nonsense", "hex"])
def test_what_is_no_encoding_of_text_is_named(name: str) -> None:
    assert f'x.txt: no encoding "{name}"' in found(b"6162", 4, name)[1]


def test_only_bytes_that_did_not_fit_count_as_garbled() -> None:
    assert is_garbled(b"\xff".decode("utf-8", "surrogateescape"))
    assert not is_garbled("好 \ud83d")
