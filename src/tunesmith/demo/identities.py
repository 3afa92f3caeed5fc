"""Personal data of people who do not exist, valid in form, so that a PII filter must find it."""

import numpy as np

from tunesmith.demo.world import Lang

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"


def email(rng: np.random.Generator) -> str:
    """An address at a domain reserved for examples (RFC 2606)."""
    return f"{_letters(rng, 6)}.{_letters(rng, 5)}{_digits(rng, 2)}@example.com"


def phone(rng: np.random.Generator, lang: Lang) -> str:
    """A number valid in form: en in the US fiction range 555-01xx, zh beside a service number."""
    return f"1380013{_digits(rng, 4)}" if lang == "zh" else f"+1 202-555-01{_digits(rng, 2)}"


def chinese_id(rng: np.random.Generator) -> str:
    """An 18-character resident id with a valid check digit; the holder is born before 1906.

    Source: GB 11643-1999, ISO 7064 MOD 11-2.
    """
    born = f"{rng.integers(1900, 1906)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}"
    body = f"110101{born}{_digits(rng, 3)}"
    total = sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True))
    return body + ID_CHECKS[total % 11]


def card_number(rng: np.random.Generator) -> str:
    """A 16-digit number with a valid Luhn digit, in a range that card networks keep for tests."""
    body = "40000000" + _digits(rng, 7)
    doubled = (int(d) * 2 if i % 2 == 0 else int(d) for i, d in enumerate(body))
    total = sum(d - 9 if d > 9 else d for d in doubled)
    return body + str(-total % 10)


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _letters(rng: np.random.Generator, count: int) -> str:
    return "".join(chr(97 + int(d)) for d in rng.integers(0, 26, count))
