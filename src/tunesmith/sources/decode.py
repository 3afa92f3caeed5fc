"""Tells a file's encoding: UTF-8, else what a byte-order mark or the bytes themselves prove.

The bytes come in blocks, which are read once or more and never held all at once.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from tunesmith.errors import UserError

MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
HAN = re.compile("[\u4e00-\u9fff]+")
COMMON_HAN = re.compile(
    "[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心吗请问谢您什]+"
)
COMMON_SHARE = 0.12  # real Chinese has a third; other bytes read as Chinese have 0.03
GARBLED = re.compile("[\udc80-\udcff]")
UTF8_SHARE = 0.9
SAMPLE_BYTES = 200_000
NEAR_TIE = 0.02

Blocks: TypeAlias = Callable[[], Iterable[bytes]]  # each call reads them from the start


class Encoding(NamedTuple):
    """How the bytes of a file become text, and what had to be concluded to know it.

    Attributes:
        name: of the encoding.
        errors: of Python's decoders: what becomes of bytes that do not fit.
        note: for the person who reads the run.
    """

    name: str
    errors: str = "strict"
    note: str | None = None


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
    told = encoding or _marked(_head(blocks, 4))
    if told:
        return Encoding(_checked(blocks, name, told))
    if _fits(blocks, "utf-8"):
        return Encoding("utf-8")
    if _mostly_utf8(blocks):
        return Encoding("utf-8", "surrogateescape")
    found = _checked(blocks, name, _detected(blocks, name))
    note = f"not UTF-8: read as {found}; fix it with `encoding: {found}` in params.yaml"
    return Encoding(found, note=note)


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


def _head(blocks: Blocks, size: int) -> bytes:
    """Return the first bytes."""
    head = b""
    for block in blocks():
        head += block[: size - len(head)]
        if len(head) == size:
            break
    return head


def _marked(head: bytes) -> str | None:
    """Return the encoding that a byte-order mark names."""
    return next((marked for mark, marked in MARKS.items() if head.startswith(mark)), None)


def _checked(blocks: Blocks, name: str, encoding: str) -> str:
    """Return the encoding, or name the byte that stands against it."""
    sizes: list[int] = []  # of the blocks that were read

    def counted() -> Iterator[bytes]:
        for block in blocks():
            sizes.append(len(block))
            yield block

    try:
        for _ in decoded(counted(), encoding):
            pass
    except LookupError:
        raise UserError(f'{name}: no encoding "{encoding}"; known are utf-8, gb18030, …') from None
    except UnicodeDecodeError as error:
        byte = sum(sizes) - len(error.object) + error.start
        raise UserError(
            f"{name}:{_line(blocks, byte)}: not {encoding} at byte {byte}; set `encoding:` of this "
            "source in params.yaml, or save the file as UTF-8"
        ) from None
    return encoding


def _line(blocks: Blocks, byte: int) -> int:
    """Return the line on which a byte stands, from 1."""
    line = 1
    for block in blocks():
        line += block.count(b"\n", 0, byte)
        byte -= len(block)
        if byte <= 0:
            break
    return line


def _fits(blocks: Blocks, encoding: str) -> bool:
    """True if all bytes are of an encoding."""
    try:
        for _ in decoded(blocks(), encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


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


def _detected(blocks: Blocks, name: str) -> str:
    """Return the one encoding that fits the bytes.

    Simplified Chinese is asked about first: short Chinese is often taken for Korean.

    Raises:
        UserError: none fits, or two fit as well and read differently.
    """
    from charset_normalizer import from_bytes

    if _is_chinese(blocks):
        return "gb18030"
    head = _head(blocks, SAMPLE_BYTES)
    sample = head[: head.rfind(b"\n") + 1 or SAMPLE_BYTES]
    guesses = sorted(from_bytes(sample), key=lambda guess: (guess.chaos, -guess.coherence))
    ties = [
        guess.encoding
        for guess in guesses
        if guess.chaos <= guesses[0].chaos + NEAR_TIE
        and guess.coherence >= guesses[0].coherence - NEAR_TIE
        and str(guess) != str(guesses[0])
    ]
    if not guesses or ties:
        could = " or ".join([guesses[0].encoding, *ties[:2]]) if guesses else "nothing known"
        raise UserError(
            f"{name}: not UTF-8, and it cannot be told what it is (could be {could}); "
            "set `encoding:` of this source in params.yaml, or save the file as UTF-8"
        )
    return str(guesses[0].encoding)


def _is_chinese(blocks: Blocks) -> bool:
    """True if the bytes are GB18030 that reads like Chinese."""
    han = common = 0
    try:
        for text in decoded(blocks(), "gb18030"):
            han += sum(map(len, HAN.findall(text)))
            common += sum(map(len, COMMON_HAN.findall(text)))
    except UnicodeDecodeError:
        return False
    return han > 0 and common >= COMMON_SHARE * han
