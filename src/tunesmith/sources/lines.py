"""Reads text line by line; a line that is too long to be a row is passed over, not held."""

from collections.abc import Iterator
from typing import TextIO

from tunesmith.errors import UserError
from tunesmith.records import Rejected
from tunesmith.sources.decode import is_garbled

LONGEST_LINE = 50_000_000  # characters; a longer one is no row
KEPT_RAW_CHARS = 10_000  # of a line that is set aside
BLOCK_CHARS = 1 << 20
GARBLED = "bytes that are not UTF-8, unlike the rest of the file"


def lines(stream: TextIO) -> Iterator[tuple[int, str] | Rejected]:
    """Yield number and text of each line, in place of one that cannot be a row why it is not."""
    raws = iter(lambda: stream.readline(LONGEST_LINE + 1), "")
    for line, raw in enumerate(raws, start=1):
        text = raw.removesuffix("\n")
        if len(text) > LONGEST_LINE:
            size = len(text) + _passed_over(stream)
            reason = f"a line of {size:,} characters; at most {LONGEST_LINE:,} are read"
            yield Rejected(line, reason, printable(text))
        elif is_garbled(text):
            yield Rejected(line, GARBLED, printable(text))
        else:
            yield line, text


def whole_lines(stream: TextIO, name: str) -> Iterator[str]:
    """Yield each line with its end, for a reader that joins lines.

    Raises:
        UserError: one is too long to be held.
    """
    raws = iter(lambda: stream.readline(LONGEST_LINE + 1), "")
    for line, raw in enumerate(raws, start=1):
        if len(raw) > LONGEST_LINE:
            raise UserError(
                f"{name}:{line}: a line of more than {LONGEST_LINE:,} characters, which is no row; "
                "take it out"
            )
        yield raw


def printable(raw: str) -> str:
    """Return the start of a text, with a mark in place of each byte that was not UTF-8."""
    return raw[:KEPT_RAW_CHARS].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _passed_over(stream: TextIO) -> int:
    """Read to the end of a line; return how many characters that were, its end left out."""
    size = 0
    while piece := stream.readline(BLOCK_CHARS):
        size += len(piece)
        if piece.endswith("\n"):
            return size - 1
    return size
