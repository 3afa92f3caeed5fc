"""Trained weights are float32 while they are trained, frozen ones stay as they are."""

import torch

from tunesmith.training.precision import lift, lower


def halves(frozen: bool) -> torch.nn.Module:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)).bfloat16()
    model[0].requires_grad_(not frozen)
    return model


def test_only_trained_weights_are_lifted_and_come_back_as_they_were() -> None:
    model = halves(frozen=True)
    assert lift(model) == torch.bfloat16
    kinds = [weight.dtype for weight in model.parameters()]
    assert kinds == [torch.bfloat16] * 2 + [torch.float32] * 2
    lower(model, torch.bfloat16)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}


def test_steps_too_small_for_half_precision_count() -> None:
    model = halves(frozen=False)
    before = model[0].weight.data.clone()
    lifted = lift(model)
    with torch.no_grad():
        for _ in range(100):
            model[0].weight.add_(model[0].weight * 1e-4)
    lower(model, lifted)
    assert (model[0].weight.data - before).abs().max() > 0


def test_float32_is_left_alone() -> None:
    model = torch.nn.Linear(2, 2)
    assert lift(model) is None
    lower(model, None)
    assert model.weight.dtype == torch.float32
