"""Rows are dealt in one order, each once; what fills the last round counts nowhere."""

from typing import Any

import pytest

from tunesmith.training.devices.deal import Order, WithBlanks

ROWS = [{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}, {"input_ids": [8], "labels": [8]}]


@pytest.fixture(autouse=True)
def no_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one process, the first one's order is its own."""
    monkeypatch.setattr("torch.distributed.broadcast_object_list", lambda found, src: None)


def test_the_order_is_the_first_processes_and_each_still_draws_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_says(found: list[Any], src: int) -> None:
        assert src == 0
        found[0] = [1, 2, 0]

    monkeypatch.setattr("torch.distributed.broadcast_object_list", first_says)
    drawn: list[str] = []

    class Sampler(list[int]):
        def __iter__(self) -> Any:
            drawn.append("here too")
            return super().__iter__()

    assert list(Order(Sampler([2, 0, 1]), 3)) == [1, 2, 0]
    assert drawn == ["here too"]


@pytest.mark.parametrize(("rows", "round_rows", "length"), [(8, 4, 8), (9, 4, 12), (3, 8, 8)])
def test_a_round_that_is_not_full_is_filled_behind_the_rows(
    rows: int, round_rows: int, length: int
) -> None:
    order = Order(range(rows), round_rows)
    assert list(order) == list(range(length))
    assert len(order) == length


def test_behind_the_rows_are_blanks_of_the_shortest_row_and_nothing_of_them_is_trained() -> None:
    rows = WithBlanks(ROWS)
    assert (len(rows), list(rows)) == (2, ROWS)
    assert rows[2] == rows[7] == {"input_ids": [8], "labels": [-100]}


def test_a_blank_has_no_class() -> None:
    assert WithBlanks([{"input_ids": [5], "labels": 1}])[1]["labels"] == -100


def test_a_blank_among_packs_is_a_pack() -> None:
    assert WithBlanks([ROWS, ROWS[:1]])[2] == [{"input_ids": [8], "labels": [-100]}]
