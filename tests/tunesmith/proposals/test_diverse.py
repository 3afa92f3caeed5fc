"""Rows that are picked are good and not all alike."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.plain_rows import plain_chat
from tunesmith.proposals.diverse import diverse, each_language

TWINS = csr_matrix(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
SCORES = np.array([0.9, 0.8, 0.5])


@pytest.mark.parametrize(
    ("weight", "picked"), [(0.0, [0, 1, 2]), (1.0, [0, 2, 1]), (0.5, [0, 2, 1]), (0.2, [0, 1, 2])]
)
def test_a_twin_counts_less_the_more_diversity_is_asked_for(
    weight: float, picked: list[int]
) -> None:
    assert diverse(TWINS, SCORES, 3, weight) == picked


def test_no_more_than_asked_for_and_none_without_a_score() -> None:
    assert diverse(TWINS, SCORES, 1, 0.5) == [0]
    assert diverse(TWINS, np.array([0.0, 0.3, 0.0]), 3, 0.5) == [1]
    assert diverse(TWINS, np.zeros(3), 3, 0.5) == []


def test_each_language_is_picked_by_itself() -> None:
    rows = [plain_chat(k, "?", "!", lang=lang) for k, lang in enumerate(("en", "zh", None))]
    assert each_language(rows, TWINS, SCORES, 1, 1.0) == [0, 2, 1]
