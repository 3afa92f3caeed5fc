"""Whether the candidate fails more than another model: what a gate asks of protected behaviour."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tunesmith.behaviour import CANDIDATE, CHAMPION
from tunesmith.stats.multiple import benjamini_hochberg


@dataclass(frozen=True)
class Compared:
    """One test, or one group, on the cases that both models were asked.

    Attributes:
        name: of the test, or `capability/kind/language`.
        n: those cases.
        candidate: failure rate, None where it was asked none.
        champion: of the model compared with.
        difference: candidate minus champion on the same cases; above 0 is worse.
        p: McNemar's, exact and two-sided.
        q: the false discovery rate over all lines, for reading many at once.
        worse: the difference is above 0 and p at most 1 - confidence.
    """

    name: str
    n: int
    candidate: float | None
    champion: float | None
    difference: float | None
    p: float
    q: float
    worse: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return asdict(self)


def regressions(
    tree: Mapping[str, Any],
    other: str = CHAMPION,
    confidence: float = 0.95,
    part: str = "tests",
    of: str = CANDIDATE,
) -> list[Compared]:
    """Return every test of a tree of `score_behaviour`, the worst first.

    Args:
        tree: of results.
        other: the model that the candidate must not be worse than.
        confidence: with which it must be worse to count.
        part: `tests` or `groups`.
        of: the model that is judged.
    """
    named = tree[part]
    if not named:
        return []
    q_values = benjamini_hochberg(np.array([one["against"][other]["p"] for one in named.values()]))
    found = [
        _compared(name, one, other, of, float(q), 1 - confidence)
        for (name, one), q in zip(named.items(), q_values, strict=True)
    ]
    return sorted(found, key=lambda one: (not one.worse, -(one.difference or 0.0), one.p, one.name))


def _compared(
    name: str, one: Mapping[str, Any], other: str, of: str, q: float, alpha: float
) -> Compared:
    """Return one line."""
    told = one["against"][other]
    rates = [one["models"][model]["rate"] for model in (of, other)]
    candidate, champion = (rate["value"] if rate else None for rate in rates)
    worse = bool(told["difference"] and told["difference"] > 0 and told["p"] <= alpha + 1e-12)
    return Compared(name, told["n"], candidate, champion, told["difference"], told["p"], q, worse)
