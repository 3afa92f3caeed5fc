"""Whether a round has helped: the same test rows before and after it, in pairs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tunesmith.slices import MIN_ROWS, Mask
from tunesmith.stats.holm import holm
from tunesmith.stats.resample import Floats, bootstrap_totals
from tunesmith.stats.score import expanded_interval
from tunesmith.stats.sign_flip import gain_p

RESAMPLES = 2000
CONFIDENCE = 0.95  # of the intervals that are shown; the verdict rests on p and the look's level
HARM = 0.05  # chance of calling any part harmed that is not
TARGET, ELSEWHERE, OVERALL = "target", "elsewhere", "all rows"


@dataclass(frozen=True)
class Part:
    """One part of the test rows: its means with intervals, the difference, and p of gain, loss."""

    name: str
    n: int
    before: float
    after: float
    after_low: float
    after_high: float
    difference: float
    low: float
    high: float
    gain_p: float
    loss_p: float

    def words(self) -> str:
        """Return the part and its difference."""
        return (
            f"{self.name} {self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}] (n = {self.n})"
        )


@dataclass(frozen=True)
class Proof:
    """Whether the round is kept, why, and every part that was compared, the target first."""

    kept: bool
    reasons: list[str]
    level: float
    parts: list[Part]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def prove(
    before: Floats,
    after: Floats,
    target: Mask,
    protected: Mapping[str, Mask],
    level: float,
    seed: int,
    watched: Mapping[str, Mask] | None = None,
) -> Proof:
    """Compare N test rows before and after a round.

    It is kept if the target gained, at the look's level, and neither the other rows nor a protected
    slice lost; a loss is one at 5 % for all of them together (Holm). Slices of fewer than 30 rows
    are shown and not judged; a target of fewer proves nothing.

    Args:
        before: (N,) row scores of the model that the round began with, more is better.
        after: (N,) of the model that it made.
        target: (N,) the rows that the round was made for.
        protected: name → rows that must not get worse.
        level: of the one-sided test of the gain.
        seed: of all draws.
        watched: name → rows that are only shown.

    Raises:
        ValueError: no target row.
    """
    if not target.any():
        raise ValueError("no target row")
    masks = {TARGET: target} | ({} if target.all() else {ELSEWHERE: ~target})
    masks |= {name: mask for name, mask in protected.items() if mask.any()}
    shown = {OVERALL: np.ones(len(before), dtype=bool), **(watched or {})}
    parts = {
        name: part(name, before[mask], after[mask], seed)
        for name, mask in (masks | shown).items()
        if mask.any()
    }
    own = parts[TARGET]
    harmed = _harmed([parts[name] for name in masks if name != TARGET])
    reasons = [_said(own, level), *(f"{one.words()}: harmed" for one in harmed)]
    kept = own.n >= MIN_ROWS and own.gain_p <= level and not harmed
    return Proof(kept, reasons, level, list(parts.values()))


def part(name: str, before: Floats, after: Floats, seed: int) -> Part:
    """Return one part with its bootstrap intervals and sign-flip p-values.

    Args:
        name: of the part.
        before: (n,) row scores, more is better.
        after: (n,) of the same rows.
        seed: of all draws.
    """
    n, moved = len(before), after - before
    table = np.stack([after, moved], axis=1)
    draws = bootstrap_totals([table], RESAMPLES, np.random.default_rng(seed))[0] / n
    after_low, after_high = expanded_interval(draws[:, 0], CONFIDENCE, n)
    low, high = expanded_interval(draws[:, 1], CONFIDENCE, n)
    return Part(
        name,
        n,
        float(before.mean()),
        float(after.mean()),
        after_low,
        after_high,
        float(moved.mean()),
        low,
        high,
        gain_p(moved, seed),
        gain_p(-moved, seed),
    )


def _harmed(parts: list[Part]) -> list[Part]:
    """Return the parts that lost by more than chance."""
    judged = [one for one in parts if one.n >= MIN_ROWS]
    found = holm([one.loss_p for one in judged], HARM)
    return [one for one, is_found in zip(judged, found, strict=True) if is_found]


def _said(own: Part, level: float) -> str:
    """Say what the target shows."""
    if own.n < MIN_ROWS:
        return f"{own.words()}: fewer than {MIN_ROWS} test rows prove nothing"
    if own.gain_p <= level:
        return f"{own.words()}: a gain (p = {own.gain_p:.2g}, level {level:.2g})"
    return f"{own.words()}: may be chance (p = {own.gain_p:.2g}, level {level:.2g})"
