"""N-grams of all rows at once, counted as a Counter counts them one by one."""

from collections import Counter

import numpy as np
import pytest

from tunesmith.metrics import overlap
from tunesmith.metrics.overlap import Side, distinct, matches

Grams = Counter[tuple[int, ...]]


def texts(seed: int, rows: int = 60) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 4, rng.integers(0, 12)).tolist() for _ in range(rows)]


def grams(text: list[int], order: int) -> Grams:
    return Counter(tuple(text[k : k + order]) for k in range(len(text) - order + 1))


@pytest.mark.parametrize("block", [1, 40, 32_768])
def test_shared_n_grams_count_repeats_as_a_counter_does(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap, "BLOCK_SYMBOLS", block)
    sides = texts(0), texts(1)
    found = matches(Side.of(sides[0]), Side.of(sides[1]), 4)
    for order in (1, 2, 3, 4):
        pairs = zip(*sides, strict=True)
        expected = [(grams(a, order) & grams(b, order)).total() for a, b in pairs]
        assert found[:, order - 1].tolist() == expected


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("block", [1, 32_768])
def test_different_n_grams_are_counted_once(
    order: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap, "BLOCK_SYMBOLS", block)
    found = distinct(Side.of(texts(2)), order)
    assert found.tolist() == [len(grams(text, order)) for text in texts(2)]


def test_more_rows_than_a_block_may_have_keep_their_own_n_grams() -> None:
    rows = overlap.BLOCK_ROWS + 3
    one, other = [[k % 7] for k in range(rows)], [[k % 5] for k in range(rows)]
    found = matches(Side.of(one), Side.of(other), 1)[:, 0]
    assert found.tolist() == [int(k % 7 == k % 5) for k in range(rows)]


def test_texts_without_a_symbol_share_nothing() -> None:
    empty = Side.of([[], []])
    assert matches(empty, empty, 3).tolist() == [[0, 0, 0]] * 2
    assert distinct(empty, 2).tolist() == [0, 0]
