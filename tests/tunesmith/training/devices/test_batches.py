"""An optimizer step keeps its rows, however many processes share it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.errors import UserError
from tunesmith.training.devices.batches import shared

sizes = st.integers(1, 64)


def test_one_process_takes_what_the_phase_says() -> None:
    assert shared(16, 4, 1) == (16, 4)


def test_accumulation_is_lowered_first() -> None:
    assert shared(16, 4, 2) == (16, 2)


def test_without_accumulation_a_process_takes_fewer_rows_at_once() -> None:
    assert shared(16, 1, 2) == (8, 1)


def test_rows_that_cannot_be_shared_evenly_are_refused_with_what_can() -> None:
    with pytest.raises(UserError, match=r"step of 6 rows .* by 4 processes; take 1, 2, 3, 6 proc"):
        shared(6, 1, 4)


def test_more_processes_than_rows_are_refused() -> None:
    with pytest.raises(UserError, match="cannot be shared by 8 processes"):
        shared(4, 1, 8)


@given(sizes, sizes, st.integers(1, 16))
def test_a_step_has_as_many_rows_and_no_device_more_than_before(
    batch: int, accumulation: int, processes: int
) -> None:
    if batch * accumulation % processes:
        return
    own, times = shared(batch, accumulation, processes)
    assert own * times * processes == batch * accumulation
    assert own <= batch
