"""One side that is watched: how far it has moved, how far chance moves it, and what that means."""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Level = Literal["steady", "crossed", "too few rows", "not measured"]
Places: TypeAlias = NDArray[np.int64]
Distance: TypeAlias = Callable[[Places, Places], float]  # of earlier rows and later ones

DRAWS = 200
SURE = 0.99  # of the draws lie below what counts as chance


class Side(NamedTuple):
    """What was found of one side.

    Attributes:
        name: `language`, `words (zh)`, `score (exact_match)`.
        effect: how far it has moved, without what chance moves on average; null if not measured.
        chance: how far beyond that average chance may move so many rows.
        limit: of the effect, from params.yaml.
        rows: new rows behind it.
        level: what it means.
        why: it was not measured.
    """

    name: str
    effect: float | None
    chance: float | None
    limit: float
    rows: int
    level: Level
    why: str = ""


def level_of(effect: float, chance: float, limit: float) -> Level:
    """Return what an effect means: its size decides, and chance may only hold the verdict back.

    A side has crossed its limit if the effect is that large and chance does not make such ones.
    Where chance alone reaches the limit, a small effect says nothing: too few rows.
    """
    if effect >= limit and effect > chance:
        return "crossed"
    return "too few rows" if chance >= limit else "steady"


def compared(
    name: str,
    distance: Distance,
    earlier: int,
    later: int,
    limit: float,
    min_rows: int,
    rng: np.random.Generator,
) -> Side:
    """Compare the later rows with the earlier ones.

    Distances of few rows are large by chance alone. So the same distance is taken of as many rows
    drawn from the earlier ones and the rest of those; its mean is taken off.

    Args:
        name: of the side.
        distance: of two sets of rows, by place: the earlier rows come first, then the later ones.
        earlier: how many rows there are to compare with.
        later: how many there are to compare.
        limit: of the effect.
        min_rows: with fewer, of either, nothing is said.
        rng: of the draws.
    """
    if min(earlier, later) < min_rows:
        return Side(name, None, None, limit, later, "too few rows")
    found = distance(np.arange(earlier), np.arange(earlier, earlier + later))
    drawn = np.array([distance(*_parted(earlier, later, rng)) for _ in range(DRAWS)])
    usual = float(drawn.mean())
    effect = max(found - usual, 0.0)
    chance = float(np.quantile(drawn, SURE)) - usual
    return Side(name, effect, chance, limit, later, level_of(effect, chance, limit))


def _parted(earlier: int, later: int, rng: np.random.Generator) -> tuple[Places, Places]:
    """Return the earlier rows without some, and as many of them as there are later ones.

    At most half are taken; of fewer rows chance moves more, so that is on the safe side.
    """
    places = rng.permutation(earlier)
    count = min(later, earlier // 2)
    return places[count:], places[:count]
