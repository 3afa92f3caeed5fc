"""Groups of test questions about the same, found without a look at the scores, for discovery."""

from collections.abc import Iterator, Sequence

import numpy as np

from tunesmith.analysis.grouping import k_means, main_directions
from tunesmith.analysis.keywords import most_telling, telling
from tunesmith.analysis.pool import Predicate
from tunesmith.slices import MIN_ROWS, Mask
from tunesmith.text.hashed_words import hashed_words
from tunesmith.text.vectors import masked

THEMES = 12  # at most
ROWS_PER_THEME = 4 * MIN_ROWS
DIMENSIONS = 16
NAMED_BY = 2  # terms


def theme_predicates(
    prompts: Sequence[str], terms: Sequence[Predicate], seed: int
) -> Iterator[Predicate]:
    """Yield groups of prompts with common words, named by terms that tell them apart.

    Args:
        prompts: of all test rows.
        terms: as `term_predicates` makes them, for the names.
        seed: of k-means.
    """
    count = min(THEMES, len(set(prompts)) // ROWS_PER_THEME)
    if count < 2 or not terms:
        return
    vectors, everywhere = hashed_words([masked(text) for text in prompts]), np.arange(len(prompts))
    points = main_directions(vectors, DIMENSIONS, everywhere, seed)
    labels = k_means(points, count, everywhere, seed)
    for label in sorted(set(labels.tolist())):
        mask = labels == label
        name = " · ".join(_telling(mask, terms))
        if name:
            yield Predicate(f"prompt about {name}", "prompt", 1, mask)


def _telling(mask: Mask, terms: Sequence[Predicate]) -> list[str]:
    """Return the terms that many rows inside have and few outside."""
    rows, others = int(mask.sum()), int((~mask).sum())
    weights = {}
    for one in terms:
        inside = int((one.mask & mask).sum())
        term = one.name.partition(" has ")[2].strip('"')
        weights[term] = telling(term, (inside, rows), (int(one.mask.sum()) - inside, others))
    return most_telling(weights, NAMED_BY)
