"""Finds personal data by form and check digit, in English and Chinese text alike.

Names and addresses have no form; this does not find them.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, get_args

from tunesmith.text.national_phones import OWN_PATTERNS, national_phones
from tunesmith.text.pii_patterns import (
    ABROAD,
    CARD,
    CN_ID,
    CN_LANDLINE,
    CN_MOBILE,
    EMAIL,
    FIGURE,
    FIGURES,
    GATES,
    HYPHEN_MARKS,
    IBAN,
    IBAN_START,
    IPV4,
    IPV6,
    LOOSE_GATE,
    LOOSE_PHONE,
    MARKS,
    NANP,
    PASSPORT,
    SECRET,
    SIGN_GATES,
    SSN,
    UNDERSCORE_MARKS,
    card_checks,
    iban_checks,
    id_checks,
    is_address,
    is_foreign_phone,
    is_phone,
    is_possible_phone,
)

Kind = Literal["secret", "email", "iban", "cn_id", "card", "ssn", "passport", "ip", "phone"]
Phones = Literal["valid", "possible"]
REGIONS = ("CN", "US")
KINDS: tuple[Kind, ...] = get_args(Kind)
HEX_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
Spans = Callable[[str], Iterator[tuple[int, int]]]


class Found(NamedTuple):
    """Where a text holds what kind of personal data; the data itself is not repeated."""

    kind: Kind
    start: int
    end: int


def find_pii(
    text: str,
    kinds: tuple[Kind, ...] = KINDS,
    phones: Phones = "valid",
    regions: tuple[str, ...] = REGIONS,
) -> list[Found]:
    """Return what is found, by position; no two overlap.

    Args:
        text: any text; one without `@`, figures and key marks costs one scan.
        kinds: what is looked for. A Chinese id and an IBAN must have their check digits, a card
            number its issuer's form and its Luhn digit, a passport number the word before it, a
            bare row of figures must be a Chinese mobile number that no "order", `订单` or the
            like stands before.
        phones: `possible` also takes seven to fifteen figures of any grouping after "call",
            "number", `电话` or the like.
        regions: whose phone numbers are found without a country code, as two capital letters.
    """
    if not may_hold_pii(text, phones, regions):
        return []
    fits = _fitting(text)
    taken: list[Found] = []
    for kind in KINDS:
        if kind in kinds and kind in fits:
            found = _phones(text, phones, regions) if kind == "phone" else FINDERS[kind](text)
            for start, end in found:
                if all(end <= other.start or other.end <= start for other in taken):
                    taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda found: found.start)


def may_hold_pii(text: str, phones: Phones = "valid", regions: tuple[str, ...] = REGIONS) -> bool:
    """Rule out, by few scans, most texts that hold nothing; true for texts joined if for one."""
    if "@" in text or _has_key_mark(text):
        return True
    if not FIGURE.search(text):
        return False
    plain = phones == "valid" and OWN_PATTERNS.issuperset(regions)
    gates = GATES if plain else (*GATES, LOOSE_GATE)
    return any(gate.search(text) for gate in gates) or any(
        text.count(sign) >= 3 and gate.search(text) for sign, gate in SIGN_GATES
    )


def _has_key_mark(text: str) -> bool:
    """True if something in the text is written as keys are."""
    holds = text.__contains__
    return (
        any(map(holds, MARKS))
        or ("-" in text and any(map(holds, HYPHEN_MARKS)))
        or ("_" in text and any(map(holds, UNDERSCORE_MARKS)))
    )


def _fitting(text: str) -> set[Kind]:
    """Return the kinds whose form the text has the signs and figures for; saves most searches."""
    figures = sum(map(len, FIGURES.findall(text)))
    fits = {kind for kind, fewest in FEWEST_FIGURES.items() if figures >= fewest}
    if "@" in text:
        fits.add("email")
    if text.count(".") >= 3 or text.count(":") >= 3:
        fits.add("ip")
    if IBAN_START.search(text):
        fits.add("iban")
    if _has_key_mark(text):
        fits.add("secret")
    return fits


def masked(text: str, found: list[Found], salt: bytes | None = None) -> str:
    """Return the text with `<EMAIL>`, `<CN_ID>` … in place of what was found.

    With a salt the mark carries ten letters of an HMAC, `<EMAIL:kdmabplcnf>`: one value has one
    mark throughout, and who lacks the salt cannot find the value by trying.
    """
    for item in reversed(found):  # from the end on, so that the places before stay true
        mark = item.kind.upper()
        if salt is not None:
            mark += ":" + _letters(text[item.start : item.end], salt)
        text = f"{text[: item.start]}<{mark}>{text[item.end :]}"
    return text


def _letters(value: str, salt: bytes) -> str:
    """Return ten letters, a to p, of the HMAC: figures could look like personal data again."""
    digest = hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()[:10]
    return digest.translate(HEX_TO_LETTERS)


def _matches(
    *patterns: re.Pattern[str], accept: Callable[[re.Match[str]], bool] | None = None
) -> Spans:
    """Return a function that yields the spans of all patterns that `accept` accepts."""

    def spans(text: str) -> Iterator[tuple[int, int]]:
        for pattern in patterns:
            for match in pattern.finditer(text):
                if accept is None or accept(match):
                    yield match.span()

    return spans


def _phones(
    text: str, phones: Phones = "valid", regions: tuple[str, ...] = REGIONS
) -> Iterator[tuple[int, int]]:
    """Yield phone numbers with `+` and a country code, and those of the regions without."""
    if "CN" in regions:
        yield from _matches(CN_MOBILE, CN_LANDLINE, accept=is_phone)(text)
    if "US" in regions or "CA" in regions:
        yield from _matches(NANP, accept=is_phone)(text)
    yield from _matches(ABROAD, accept=is_foreign_phone)(text)
    yield from national_phones(text, regions)
    if phones == "possible":
        yield from _matches(LOOSE_PHONE, accept=is_possible_phone)(text)


FEWEST_FIGURES: dict[Kind, int] = {"cn_id": 17, "card": 12, "ssn": 9, "passport": 7, "phone": 6}
FINDERS: dict[Kind, Spans] = {
    "secret": _matches(SECRET),
    "email": _matches(EMAIL),
    "iban": _matches(IBAN, accept=iban_checks),
    "cn_id": _matches(CN_ID, accept=id_checks),
    "card": _matches(CARD, accept=card_checks),
    "ssn": _matches(SSN),
    "passport": _matches(PASSPORT),
    "ip": _matches(IPV4, IPV6, accept=is_address),
    "phone": _phones,
}
