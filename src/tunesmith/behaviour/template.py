"""Fills the slots of a template: `{city}`, or `{shop.city}` of values that belong together."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from tunesmith.behaviour.perturbations.words import (
    FIRST_NAMES,
    GIVEN_NAMES,
    LAST_NAMES,
    PLACES_EN,
    PLACES_ZH,
    SURNAMES,
)

SLOT = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)(?:\.(\w+))?\}")
Value: TypeAlias = str | dict[str, str]  # an object holds values that belong together
Listed: TypeAlias = list[Value] | Literal["names", "places"]  # of a slot; or one of our own lists
Values: TypeAlias = Mapping[str, Value]


def slots_of(text: str) -> list[tuple[str, str | None]]:
    """Return the slots of a text: name, and the part of it if one is named."""
    return [(match[1], match[2]) for match in SLOT.finditer(text) if match[1]]


def filler(values: Values) -> Callable[[str], str]:
    """Return a function that puts values in the slots of a text; `{{` and `}}` are braces."""

    def put(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0][0]
        value = values[match[1]]
        return value if isinstance(value, str) else value[match[2]]

    return lambda text: SLOT.sub(put, text)


def check_slots(text: str, fill: Mapping[str, Listed]) -> None:
    """Refuse a slot that nothing is given for.

    Raises:
        ValueError: names the slot and those that there are.
    """
    for name, part in slots_of(text):
        if name not in fill:
            known = ", ".join(sorted(fill)) or "none"
            raise ValueError(f'no fill for the slot "{name}"; fill has: {known}')
        for value in fill[name] if isinstance(fill[name], list) else ["one of ours"]:
            if isinstance(value, str) != (part is None) or (part and part not in value):
                raise ValueError(
                    f'fill: {value!r} has no "{name}.{part}"'
                    if part
                    else f'fill: {value!r} needs its part in the slot: "{{{name}.part}}"'
                )


def combinations(
    fill: Mapping[str, Listed], lang: str, most: int, rng: np.random.Generator
) -> list[Values]:
    """Return at most `most` different ways to fill the slots, drawn at random, in their order."""
    lists = {name: _listed(values, lang) for name, values in sorted(fill.items())}
    sizes = [len(values) for values in lists.values()]
    total = int(np.prod(sizes, dtype=np.float64).clip(max=2**62))
    chosen = range(total) if total <= most else sorted(_distinct(total, most, rng))
    return [_at(lists, number) for number in chosen]


def _distinct(total: int, count: int, rng: np.random.Generator) -> set[int]:
    """Return `count` different numbers below `total`."""
    found: set[int] = set()
    while len(found) < count:
        found.add(int(rng.integers(total)))
    return found


def _at(lists: Mapping[str, Sequence[Value]], number: int) -> Values:
    """Return the combination of a number, the last slot the fastest."""
    values: dict[str, Value] = {}
    for name in reversed(list(lists)):
        number, place = divmod(number, len(lists[name]))
        values[name] = lists[name][place]
    return values


def _listed(values: Listed, lang: str) -> Sequence[Value]:
    """Return the values of a slot; of our own lists those of the language."""
    if values == "names":
        return _zh_names() if lang == "zh" else _en_names()
    if values == "places":
        return PLACES_ZH if lang == "zh" else PLACES_EN
    assert isinstance(values, list), "there are two lists of our own"
    return values


def _en_names() -> list[str]:
    """Return first names with a last name each."""
    return [f"{one} {LAST_NAMES[k % len(LAST_NAMES)]}" for k, one in enumerate(FIRST_NAMES)]


def _zh_names() -> list[str]:
    """Return surnames with a given name each."""
    return [one + GIVEN_NAMES[k % len(GIVEN_NAMES)] for k, one in enumerate(SURNAMES)]
