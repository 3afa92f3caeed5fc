"""Steps follow from rows and dials; the ways to cut one keep its tokens and never cut a row."""

from hypothesis import given
from hypothesis import strategies as st

from tunesmith.training.batching import PACK_TOKENS, capacity
from tunesmith.training.step import LONGEST_TOKENS, Cut, cuts, step_tokens


def test_a_step_of_short_rows_is_not_larger_than_before() -> None:
    assert step_tokens(50 * 1_000_000, 1_000_000) == PACK_TOKENS  # 128 rows are 6,400 tokens


def test_a_step_of_long_rows_grows_to_128_of_them() -> None:
    assert step_tokens(100 * 1_000_000, 1_000_000) == 128 * 100
    assert step_tokens(2_000 * 1_000_000, 1_000_000) == LONGEST_TOKENS


def test_an_epoch_keeps_a_hundred_steps() -> None:
    assert step_tokens(1_000 * 1_200, 1_200) == 16_000  # 16 rows; a hundredth is 12,000
    assert step_tokens(500 * 3_000, 3_000) == 15_000
    assert step_tokens(50 * 100, 100) == 16 * 50


def test_a_step_that_a_phase_asks_for_stays_as_large() -> None:
    assert step_tokens(2_000 * 1_000_000, 1_000_000, packs=2, grows=False) == 2 * PACK_TOKENS
    assert step_tokens(50 * 10_000, 10_000, packs=4, grows=False) == 5_000


def test_long_packs_come_first_then_short_ones_then_activations_computed_twice() -> None:
    assert cuts(16_384, 900, 1, checkpointing=False, recomputes=True) == [
        *(Cut(16_384, 1, False), Cut(8_192, 2, False), Cut(4_096, 4, False)),
        *(Cut(16_384, 1, True), Cut(8_192, 2, True), Cut(4_096, 4, True), Cut(2_048, 8, True)),
        *(Cut(1_024, 16, True), Cut(900, 19, True)),
    ]


def test_a_method_that_cannot_compute_twice_goes_on_to_the_shortest() -> None:
    found = cuts(4_096, 100, 1, checkpointing=False, recomputes=False)
    assert found == [Cut(4_096 >> n, 1 << n, False) for n in range(4)]


def test_computing_twice_that_a_phase_asks_for_stays() -> None:
    assert {one.checkpointing for one in cuts(4_096, 100, 1, True, True)} == {True}


def test_a_step_below_what_pays_is_first_tried_whole() -> None:
    assert cuts(800, 100, 1, False, True) == [Cut(800, 1, False), Cut(800, 1, True)]


def test_processes_share_a_step() -> None:
    assert cuts(16_384, 100, 2, False, True)[:2] == [Cut(8_192, 1, False), Cut(4_096, 2, False)]


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=300),
    st.integers(1, 4),
    st.integers(1, 100),
    st.booleans(),
)
def test_every_cut_is_a_step_of_as_many_tokens(
    lengths: list[int], processes: int, times: int, twice: bool
) -> None:
    rows, total, longest = len(lengths) * times, sum(lengths) * times, max(lengths)
    step = step_tokens(total, rows, processes)
    found = cuts(step, longest, processes, twice, True)
    assert all(one.tokens >= longest for one in found)
    assert all(one.tokens <= max(LONGEST_TOKENS, longest) for one in found)
    assert found == sorted(found, key=lambda one: (one.checkpointing, -one.tokens))
    for one in found:
        whole = one.tokens * one.packs * processes
        assert step - one.packs * processes < whole or one.tokens == longest
        assert whole <= step or one.tokens == longest
        made = capacity(total, rows, longest, one.packs * processes, one.tokens)
        assert made == one.tokens  # what training makes of it, see batching.py
