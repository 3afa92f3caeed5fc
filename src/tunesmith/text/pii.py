"""Finds personal data by form and check digit, in English and Chinese text alike.

Names and addresses have no form; this does not find them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, get_args

from tunesmith.text.pii_patterns import (
    ABROAD,
    CARD,
    CN_ID,
    CN_LANDLINE,
    CN_MOBILE,
    EMAIL,
    GATE,
    IPV4,
    IPV6,
    NANP,
    SECRET,
    SSN,
    card_checks,
    id_checks,
    is_address,
    is_foreign_phone,
    is_phone,
)

Kind = Literal["secret", "email", "cn_id", "card", "ssn", "ip", "phone"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Spans = Callable[[str], Iterator[tuple[int, int]]]


class Found(NamedTuple):
    """Where a text holds what kind of personal data; the data itself is not repeated."""

    kind: Kind
    start: int
    end: int


def find_pii(text: str, kinds: tuple[Kind, ...] = KINDS) -> list[Found]:
    """Return what is found, by position; no two overlap.

    Args:
        text: any text; one without `@`, figures and key marks costs one scan.
        kinds: what is looked for. A Chinese id must have its check digit, a card number its
            issuer's form and its Luhn digit, a bare row of figures must be a Chinese mobile
            number that no "order", `订单` or the like stands before.
    """
    if not GATE.search(text):
        return []
    taken: list[Found] = []
    for kind in KINDS:
        if kind in kinds:
            for start, end in FINDERS[kind](text):
                if all(end <= other.start or other.end <= start for other in taken):
                    taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda found: found.start)


def masked(text: str, found: list[Found]) -> str:
    """Return the text with `<EMAIL>`, `<CN_ID>` … in place of what was found."""
    for item in reversed(found):
        text = f"{text[: item.start]}<{item.kind.upper()}>{text[item.end :]}"
    return text


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


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield phone numbers: Chinese, North American, and any with `+` and a country code."""
    yield from _matches(CN_MOBILE, CN_LANDLINE, NANP, accept=is_phone)(text)
    yield from _matches(ABROAD, accept=is_foreign_phone)(text)


FINDERS: dict[Kind, Spans] = {
    "secret": _matches(SECRET),
    "email": _matches(EMAIL),
    "cn_id": _matches(CN_ID, accept=id_checks),
    "card": _matches(CARD, accept=card_checks),
    "ssn": _matches(SSN),
    "ip": _matches(IPV4, IPV6, accept=is_address),
    "phone": _phones,
}
