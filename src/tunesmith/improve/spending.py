"""How the chance of a false gain is dealt out over the looks at one test set.

Whoever looks at the same test rows again and again finds a gain in the end. Each look is judged at
a level of its own, and the levels of all looks add up to no more than `alpha`.
"""

from collections.abc import Sequence
from typing import Literal

Rule = Literal["even", "halving"]


def level(rule: Rule, alpha: float, looks: int, look: int) -> float:
    """Return the level of one look.

    Args:
        rule: even: the same for each; halving: half of what is left, so that early looks are
            cheap to win and late ones hard.
        alpha: of any false gain in all looks together.
        looks: as many as one test set allows.
        look: its number, from 1.

    Returns:
        a one-sided level; 0 beyond the last look.

    Source: the union bound; alpha spending of Lan and DeMets 1983,
    https://doi.org/10.1093/biomet/70.3.659, whose finer rules need looks at one growing sample.
    """
    if look > looks:
        return 0.0
    return alpha / looks if rule == "even" else alpha / 2**look


def spent(levels: Sequence[float]) -> float:
    """Return what the looks so far have used of alpha."""
    return float(sum(levels))
