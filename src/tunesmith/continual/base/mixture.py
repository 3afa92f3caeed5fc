"""Earlier rows among new ones, at a ratio."""

from typing import TypeVar

import numpy as np

T = TypeVar("T")


def drawn(earlier: list[T], new: int, ratio: float, seed: int) -> list[T]:
    """Return as many earlier rows as make `ratio` of the mixture with so many new ones.

    Every earlier row comes before any comes twice.

    Args:
        earlier: at least one, where the ratio is above 0.
        new: how many rows are new.
        ratio: share of the mixture, from 0 to below 1.
        seed: of the draw.
    """
    wanted = round(ratio / (1 - ratio) * new)
    rng = np.random.default_rng(seed)
    order: list[int] = []
    while len(order) < wanted:
        order += rng.permutation(len(earlier)).tolist()
    return [earlier[place] for place in order[:wanted]]
