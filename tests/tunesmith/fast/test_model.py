"""The fast path gives the loss and the gradients of the plain one."""

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from tests.tunesmith.fast.shapes import model, rows
from tunesmith.fast.fits import why_not
from tunesmith.fast.model import FastModel
from tunesmith.training.packing import PackedCollator


def plain_loss(tuned: Any, some: list[dict[str, Any]]) -> torch.Tensor:
    """Return the summed loss, row by row through transformers and PEFT."""
    total = torch.zeros((), device=tuned.device)
    for row in some:
        logits = tuned(input_ids=torch.tensor([row["input_ids"]], device=tuned.device)).logits[
            0, :-1
        ]
        targets = torch.tensor(row["labels"][1:], dtype=torch.long, device=tuned.device)
        total = total + cross_entropy(logits.float(), targets, ignore_index=-100, reduction="sum")
    return total


def gradients(tuned: Any) -> dict[str, torch.Tensor]:
    found = {n: w.grad.clone() for n, w in tuned.named_parameters() if w.grad is not None}
    tuned.zero_grad()
    return found


def assert_same(tuned: Any, checkpointing: bool, tolerance: float) -> None:
    """Hold loss and every gradient of the fast path against those of the plain one."""
    expected = plain_loss(tuned, rows())
    expected.backward()
    wanted = gradients(tuned)
    assert why_not(tuned, 17) is None
    loss = FastModel(tuned, checkpointing).loss(PackedCollator()(rows()))
    loss.backward()
    torch.testing.assert_close(loss, expected, rtol=tolerance, atol=tolerance)
    found = gradients(tuned)
    assert found.keys() == wanted.keys() and wanted
    for name, grad in wanted.items():
        torch.testing.assert_close(found[name], grad, rtol=10 * tolerance, atol=tolerance, msg=name)


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("family", ["llama", "mistral", "qwen2", "qwen3"])
@pytest.mark.parametrize("targets", [None, ["q_proj", "v_proj"], ["o_proj", "up_proj"]])
def test_loss_and_gradients_are_those_of_the_plain_path(
    family: str, targets: list[str] | None, checkpointing: bool
) -> None:
    assert_same(model(family, targets), checkpointing, 1e-5)


def test_a_step_of_the_optimizer_is_seen_by_the_next_loss() -> None:
    tuned = model()
    fast, batch = FastModel(tuned), PackedCollator()(rows())
    optimizer = torch.optim.AdamW([w for w in tuned.parameters() if w.requires_grad], lr=0.01)
    for _ in range(3):
        fast.loss(batch).backward()
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            torch.testing.assert_close(
                fast.loss(batch), plain_loss(tuned, rows()), rtol=1e-5, atol=1e-4
            )


def test_the_model_itself_answers_as_before() -> None:
    tuned, ids = model(), torch.tensor([[3, 5, 7]])
    with torch.no_grad():
        before = tuned(input_ids=ids).logits
        FastModel(tuned)
        torch.testing.assert_close(tuned(input_ids=ids).logits, before)


def test_weights_take_no_memory_twice() -> None:
    tuned = model()
    fast = FastModel(tuned)
    base = tuned.get_base_model().model.layers[0].mlp.up_proj.base_layer.weight
    assert base.untyped_storage().data_ptr() == fast.layers[0].gate_up.weight.data_ptr()
