"""One thing that is looked at before a candidate ships, and what comes of it."""

from dataclasses import dataclass
from typing import Literal

from tunesmith.slices import MIN_ROWS

Verdict = Literal["SHIP", "HOLD", "REJECT"]
ORDER: tuple[Verdict, ...] = ("SHIP", "HOLD", "REJECT")

WORDS = {"SHIP": "keeps to", "HOLD": "may break", "REJECT": "breaks"}  # a limit


@dataclass(frozen=True)
class Check:
    """What a check allows at best, and why; `reason` is None where there is nothing to tell."""

    name: str
    verdict: Verdict
    reason: str | None


def limit_words(verdict: Verdict, n: int, unit: str = "rows") -> str:
    """Return what stands between a value that was judged by `within` and "the limit of"."""
    if n < MIN_ROWS:
        return f"is of fewer than {MIN_ROWS} {unit}, too few to judge by"
    return WORDS[verdict]


def within(low: float, high: float, most: float, n: int) -> Verdict:
    """Return what an interval of n rows allows that has to lie below `most`.

    SHIP: all of it does. REJECT: none of it does. HOLD: it reaches beyond, or it is of so few rows
    that its ends say little; nothing is proved.
    """
    return "HOLD" if n < MIN_ROWS else inside(low, high, most)


def inside(low: float, high: float, most: float) -> Verdict:
    """Return the same of an interval whose ends hold however few they are of."""
    if high <= most:
        return "SHIP"
    return "REJECT" if low > most else "HOLD"


def strictest(checks: list[Check]) -> Verdict:
    """Return the strictest verdict."""
    return max((check.verdict for check in checks), key=ORDER.index, default="SHIP")
