"""Lines one by one; one that is too long is passed over."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.errors import UserError
from tunesmith.records import Rejected
from tunesmith.sources.lines import lines, whole_lines


def read(text: str) -> list[tuple[int, str] | Rejected]:
    return list(lines(io.StringIO(text, newline="\n")))


@given(st.text("ab\r\n\x85\u2028", max_size=30))
def test_only_a_line_feed_ends_a_line(text: str) -> None:
    wanted = text.split("\n")
    assert [item[1] for item in read(text)] == (wanted if wanted[-1] else wanted[:-1])


@pytest.mark.parametrize("ending", ["", "\n", "\nlast"])
@pytest.mark.parametrize("size", [9, 10, 11, 25])
def test_a_line_that_is_too_long_is_passed_over_and_counted(
    monkeypatch: pytest.MonkeyPatch, ending: str, size: int
) -> None:
    monkeypatch.setattr("tunesmith.sources.lines.LONGEST_LINE", 10)
    monkeypatch.setattr("tunesmith.sources.lines.BLOCK_CHARS", 4)
    _, second, *rest = read(f"one\n{'x' * size}{ending}")
    if size <= 10:
        assert second == (2, "x" * size)
    else:
        assert second[:2] == (2, f"a line of {size} characters; at most 10 are read")
    assert rest == ([(3, "last")] if ending == "\nlast" else [])


def test_a_line_of_other_bytes_is_set_aside_with_a_mark_for_each() -> None:
    text = b"a\n\xff\xfe!\n".decode("utf-8", "surrogateescape")
    reason = "bytes that are not UTF-8, unlike the rest of the file"
    assert read(text) == [(1, "a"), (2, reason, "\ufffd\ufffd!")]


def test_a_line_that_a_reader_cannot_pass_over_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tunesmith.sources.lines.LONGEST_LINE", 10)
    with pytest.raises(UserError, match=r"a\.csv:2: a line of more than 10 characters"):
        list(whole_lines(io.StringIO("short\n" + "x" * 11), "a.csv"))
