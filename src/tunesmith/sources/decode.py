"""Decodes a file's bytes: UTF-8, else what a byte-order mark or the bytes themselves prove."""

from typing import NamedTuple

from tunesmith.errors import UserError

MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
COMMON_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心吗请问谢您什什么"
)
COMMON_SHARE = 0.12  # real Chinese has a third; other bytes read as Chinese have 0.03
UTF8_SHARE = 0.9
SAMPLE_BYTES = 200_000
NEAR_TIE = 0.02


class Decoded(NamedTuple):
    """The text of a file, its encoding, and what had to be concluded to get there."""

    text: str
    encoding: str
    note: str | None = None


def decode(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Return the text of a file.

    A file that is UTF-8 but for a few lines stays UTF-8; bytes that do not fit become lone
    surrogates, so that the reader can set those lines aside.

    Args:
        data: the whole file.
        name: of the file, for messages.
        encoding: what params.yaml says it is; then nothing is concluded.

    Raises:
        UserError: the encoding is wrong, unknown or cannot be told.
    """
    if encoding:
        return Decoded(_strict(data, name, encoding), encoding)
    for mark, marked in MARKS.items():
        if data.startswith(mark):
            return Decoded(_strict(data, name, marked), marked)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        if _mostly_utf8(data):
            return Decoded(data.decode("utf-8", "surrogateescape"), "utf-8")
    found = _detected(data, name)
    note = f"not UTF-8: read as {found}; fix it with `encoding: {found}` in params.yaml"
    return Decoded(_strict(data, name, found), found, note)


def is_garbled(text: str) -> bool:
    """True if the text holds bytes that were not UTF-8."""
    return any("\udc80" <= char <= "\udcff" for char in text)


def _strict(data: bytes, name: str, encoding: str) -> str:
    """Decode or name the byte that stands against it."""
    try:
        return data.decode(encoding)
    except LookupError:
        raise UserError(f'{name}: no encoding "{encoding}"; known are utf-8, gb18030, …') from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(
            f"{name}:{line}: not {encoding} at byte {error.start}; set `encoding:` of this source "
            "in params.yaml, or save the file as UTF-8"
        ) from None


def _mostly_utf8(data: bytes) -> bool:
    """True if nearly all lines with non-ASCII bytes are UTF-8, and at least one is."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    good = sum(_is_utf8(line) for line in lines)
    return 0 < good >= UTF8_SHARE * len(lines)


def _is_utf8(line: bytes) -> bool:
    """True if the bytes are UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _detected(data: bytes, name: str) -> str:
    """Return the one encoding that fits the bytes.

    Simplified Chinese is asked about first: short Chinese is often taken for Korean.

    Raises:
        UserError: none fits, or two fit as well and read differently.
    """
    from charset_normalizer import from_bytes

    if _is_chinese(data):
        return "gb18030"
    sample = data[: data.rfind(b"\n", 0, SAMPLE_BYTES) + 1 or SAMPLE_BYTES]
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


def _is_chinese(data: bytes) -> bool:
    """True if the bytes are GB18030 that reads like Chinese."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    han = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    return bool(han) and sum(char in COMMON_HAN for char in han) >= COMMON_SHARE * len(han)
