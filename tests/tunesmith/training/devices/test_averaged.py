"""Gradients of all processes become their mean, and all begin with the first's weights."""

from typing import Any

import pytest
import torch

from tunesmith.training.devices.averaged import average_gradients, begin_alike


def a_model() -> Any:
    model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Linear(1, 1, bias=False))
    model[1].weight.requires_grad = False
    return model


def test_gradients_are_averaged_in_one_go_and_what_has_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[Any] = []

    def another_has_half(line: Any) -> None:
        lines.append(line.clone())
        line.mul_(1.5)

    monkeypatch.setattr("torch.distributed.all_reduce", another_has_half)
    model = a_model()
    model[0].weight.grad, model[0].bias.grad = torch.tensor([[4.0, -8.0]]), torch.tensor([2.0])
    average_gradients(model, 2)
    assert [line.tolist() for line in lines] == [[2.0, -4.0, 1.0]]
    assert model[0].weight.grad.tolist() == [[3.0, -6.0]]
    assert model[0].bias.grad.tolist() == [1.5]
    assert model[1].weight.grad is None


def test_the_trained_weights_of_the_first_are_taken_and_the_frozen_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_says(line: Any, src: int) -> None:
        assert src == 0
        line.copy_(torch.tensor([1.0, 2.0, 3.0]))

    monkeypatch.setattr("torch.distributed.broadcast", first_says)
    model = a_model()
    frozen = model[1].weight.clone()
    begin_alike(model)
    assert model[0].weight.tolist() == [[1.0, 2.0]]
    assert model[0].bias.tolist() == [3.0]
    assert torch.equal(model[1].weight, frozen)
