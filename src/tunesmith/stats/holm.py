"""Holm's step-down: which of several tests are findings, when all together may err at one level."""

from collections.abc import Sequence


def holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Return, for each p-value, whether it is a finding.

    Args:
        p_values: M of them.
        level: the chance of any false finding among them.

    Source: Holm 1979, https://www.jstor.org/stable/4615733.
    """
    found = [False] * len(p_values)
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[place] > level / (len(p_values) - rank):
            break
        found[place] = True
    return found
