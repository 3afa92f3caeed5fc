"""One thing that is looked at before a candidate ships, and what comes of it."""

from dataclasses import dataclass
from typing import Literal

from tunesmith.slices import MIN_ROWS

Verdict = Literal["SHIP", "HOLD", "REJECT"]
ORDER: tuple[Verdict, ...] = ("SHIP", "HOLD", "REJECT")


@dataclass(frozen=True)
class Check:
    """What a check allows at best, and why; `reason` is None where there is nothing to tell."""

    name: str
    verdict: Verdict
    reason: str | None


def within(low: float, high: float, most: float, n: int) -> Verdict:
    """Return what an interval of n rows allows that has to lie below `most`.

    SHIP: all of it does. REJECT: none of it does. HOLD: it reaches beyond, or it is of so few rows
    that its ends say little; nothing is proved.
    """
    if n < MIN_ROWS:
        return "HOLD"
    if high <= most:
        return "SHIP"
    return "REJECT" if low > most else "HOLD"


def strictest(checks: list[Check]) -> Verdict:
    """Return the strictest verdict."""
    return max((check.verdict for check in checks), key=ORDER.index, default="SHIP")
