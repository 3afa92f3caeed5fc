"""Tells a file's encoding: UTF-8, else what a byte-order mark or the bytes themselves prove.

The bytes come in blocks, which are read once or more and never held all at once.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tunesmith.errors import UserError
from tunesmith.sources.common_letters import COMMON
from tunesmith.sources.detect import Blocks, concluded

MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
ZERO_SHARE = 0.2  # of the bytes; English in UTF-16 has a half, UTF-8 next to none
GARBLED = re.compile("[\udc80-\udcff]")
UTF8_SHARE = 0.9
SAMPLE_BYTES = 200_000
EXCERPT_BYTES = 24  # before and behind the first byte that does not fit
CUT = re.compile(rb"[\s,;\"':{}\[\]]")  # between words
POSSIBLE = ("cp1252", "latin-1", "cp1251", "mac_roman", *COMMON, "big5hkscs")


class Encoding(NamedTuple):
    """How the bytes of a file become text, and what had to be concluded to know it.

    Attributes:
        name: of the encoding.
        errors: of Python's decoders: what becomes of bytes that do not fit.
        detected: neither named nor marked nor UTF-8, but concluded from how the text reads.
    """

    name: str
    errors: str = "strict"
    detected: bool = False


def encoding_of(blocks: Blocks, name: str, encoding: str | None = None) -> Encoding:
    """Return the encoding that the whole file was found to be of.

    A file that is UTF-8 but for a few lines stays UTF-8; bytes that do not fit become lone
    surrogates, so that the reader can set those lines aside.

    Args:
        blocks: the bytes of the file.
        name: of the file, for messages.
        encoding: what params.yaml says it is; then nothing is concluded.

    Raises:
        UserError: the encoding is wrong, unknown or cannot be told.
    """
    head = part_of(blocks, 0, SAMPLE_BYTES)
    marked = _marked(head)
    told = encoding or marked
    if told:
        return Encoding(_past_mark(_checked(blocks, name, told), marked))
    misfit = _misfit(blocks, "utf-8")
    if misfit is None and head.count(0) <= ZERO_SHARE * len(head):
        return Encoding("utf-8")
    if misfit is not None and _mostly_utf8(blocks):
        return Encoding("utf-8", "surrogateescape")
    if misfit is None or _like_utf_16(head):
        raise UserError(
            f"{name}: holds zero bytes, as UTF-16 without a byte-order mark does, and what is no "
            f"text; set `encoding: {_order(head)}` at this source in params.yaml, or save the file "
            "as UTF-8"
        )
    found = concluded(lambda encoding: decoded(blocks(), encoding))
    if found is None:
        raise UserError(_untold(blocks, name, misfit) + _about_zeros(head))
    return Encoding(found, detected=True)


def decoded(blocks: Iterable[bytes], encoding: str, errors: str = "strict") -> Iterator[str]:
    """Yield the text of blocks; a character may stand across the border of two.

    Raises:
        UnicodeDecodeError: bytes do not fit and `errors` is strict.
        LookupError: there is no such encoding.
    """
    io.TextIOWrapper(io.BytesIO(), encoding)  # refuses what is no encoding of text, such as hex
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    yield from map(decoder.decode, blocks)
    yield decoder.decode(b"", final=True)


def is_garbled(text: str) -> bool:
    """True if the text holds bytes that were not UTF-8."""
    return not text.isascii() and GARBLED.search(text) is not None


def part_of(blocks: Blocks, start: int, end: int) -> bytes:
    """Return the bytes from one place up to another."""
    part, place = b"", 0
    for block in blocks():
        part += block[max(0, start - place) : max(0, end - place)]
        place += len(block)
        if place >= end:
            break
    return part


def _marked(head: bytes) -> str | None:
    """Return the encoding that a byte-order mark names."""
    return next((marked for mark, marked in MARKS.items() if head.startswith(mark)), None)


def _past_mark(encoding: str, marked: str | None) -> str:
    """Return an encoding, or its form that does not read the mark of the file as text."""
    if marked is None:
        return encoding
    same = codecs.lookup(encoding).name.startswith(marked.removesuffix("-sig"))
    return marked if same else encoding


def _like_utf_16(head: bytes) -> bool:
    """True if zero bytes are many, or stand beside most line feeds, as in Chinese in UTF-16."""
    beside = max(head.count(b"\n\0"), head.count(b"\0\n"))
    return head.count(0) > ZERO_SHARE * len(head) or 2 * beside > head.count(b"\n")


def _about_zeros(head: bytes) -> str:
    """Tell of zero bytes that are no sign of UTF-16: the file may be no text at all."""
    zeros = head.count(0)
    return f". It also holds zero bytes ({zeros:,}), which text has not: look at it first" * (
        zeros > 0
    )


def _order(head: bytes) -> str:
    """Return the UTF-16 of which the higher bytes are zero."""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _checked(blocks: Blocks, name: str, encoding: str) -> str:
    """Return the encoding, or name the byte that stands against it."""
    try:
        byte = _misfit(blocks, encoding)
    except LookupError:
        raise UserError(f'{name}: no encoding "{encoding}"; known are utf-8, gb18030, …') from None
    if byte is not None:
        raise UserError(
            f"{name}:{_line(blocks, byte)}: not {encoding} at byte {byte}; set `encoding:` of this "
            "source in params.yaml, or save the file as UTF-8"
        )
    return encoding


def _misfit(blocks: Blocks, encoding: str) -> int | None:
    """Return the place of the first byte that is not of an encoding, null if all are.

    Raises:
        LookupError: there is no such encoding.
    """
    sizes: list[int] = []  # of the blocks that were read

    def counted() -> Iterator[bytes]:
        for block in blocks():
            sizes.append(len(block))
            yield block

    try:
        for _ in decoded(counted(), encoding):
            pass
    except UnicodeDecodeError as error:
        return sum(sizes) - len(error.object) + error.start
    return None


def _line(blocks: Blocks, byte: int) -> int:
    """Return the line on which a byte stands, from 1."""
    line = 1
    for block in blocks():
        line += block.count(b"\n", 0, byte)
        byte -= len(block)
        if byte <= 0:
            break
    return line


def _mostly_utf8(blocks: Blocks) -> bool:
    """True if nearly all lines with non-ASCII bytes are UTF-8, and at least one is."""
    lines: Counter[bool] = Counter()  # of those with non-ASCII bytes: how many are UTF-8
    strange = garbled = False
    for text in decoded(blocks(), "utf-8", "surrogateescape"):
        for place, piece in enumerate(text.split("\n")):
            if place:
                lines[not garbled] += strange
                strange = garbled = False
            strange = strange or not piece.isascii()
            garbled = garbled or is_garbled(piece)
    lines[not garbled] += strange
    return 0 < lines[True] >= UTF8_SHARE * lines.total()


def _untold(blocks: Blocks, name: str, byte: int) -> str:
    """Say where a file is not UTF-8, and how that place reads in each encoding that fits."""
    place = f"{name}:{_line(blocks, byte)}: byte {byte} is not UTF-8"
    read = _read_as(blocks, byte)
    if not read:
        return f"{place}, and the file fits no encoding that is known here; save it as UTF-8"
    shown = ", ".join(f'"{text}" in {encoding}' for text, encoding in read.items())
    return (
        f"{place}, and what it is cannot be told: {shown}; set the right one at this source in "
        f"params.yaml, such as `encoding: {next(iter(read.values()))}`, or save the file as UTF-8"
    )


def _read_as(blocks: Blocks, byte: int) -> dict[str, str]:
    """Return how the word at a byte reads → the first encoding for that, of those that fit."""
    start = max(0, byte - EXCERPT_BYTES)
    around = part_of(blocks, start, byte + EXCERPT_BYTES)
    before, behind = around[: byte - start], around[byte - start :]
    word = CUT.split(before)[-1] + CUT.split(behind)[0]
    read: dict[str, str] = {}
    for encoding in POSSIBLE:
        if _misfit(blocks, encoding) is None:
            text = word.decode(encoding, "ignore")
            read.setdefault("".join(c if c.isprintable() else "·" for c in text), encoding)
    return read
