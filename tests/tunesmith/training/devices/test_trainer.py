"""Rows are dealt in one order, whatever each process has drawn."""

from typing import Any

import pytest
from transformers import Trainer

from tunesmith.training.devices.group import ALONE
from tunesmith.training.devices.trainer import SameOrder, trainer_kind


def test_one_process_trains_with_the_plain_trainer() -> None:
    assert trainer_kind(ALONE) is Trainer


def test_the_order_is_the_first_processes_and_each_still_draws_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter([2, 0, 1])

    def first_says(found: list[Any], src: int) -> None:
        assert src == 0
        found[0] = [1, 2, 0]

    monkeypatch.setattr("torch.distributed.broadcast_object_list", first_says)
    assert list(SameOrder(drawn)) == [1, 2, 0]
    assert list(drawn) == []
