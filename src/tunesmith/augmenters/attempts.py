"""Which rows a step tries, how often and in which order; chance hangs on seed, row and step."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.files import sha256_text
from tunesmith.rows import Row

BATCH_ROWS = 4096
FEWEST_ROWS = 16


class Attempt(NamedTuple):
    """One row that a step is to change, and how often it was tried before."""

    row: Row
    turn: int
    rng: np.random.Generator


def attempts_of(step: Augmenter, name: str, rows: list[Row], seed: int) -> Iterator[Attempt]:
    """Yield the rows to try, each `per_row` times: a share in their order, a quota shuffled."""
    taken = [row for row in rows if step.takes(row)]
    if step.rows:
        taken.sort(key=lambda row: sha256_text(f"{seed}:{name}:{row['id']}"))
    for turn in range(step.per_row):
        for row in taken:
            rng = rng_of(seed, f"{name}:{turn}:{row['id']}")
            if step.share is None or rng.random() < step.share:
                yield Attempt(row, turn, rng)


def batch_size(missing: int) -> int:
    """Return how many rows to try at once: not many more than are missing, for some cost money."""
    return min(BATCH_ROWS, max(missing, FEWEST_ROWS))


def rng_of(seed: int, key: str) -> np.random.Generator:
    """Return a generator that depends on the seed and on a text only."""
    return np.random.default_rng([seed, int(sha256_text(key)[:16], 16)])
