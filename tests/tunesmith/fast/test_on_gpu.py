"""The whole fast path on a GPU in bf16: as near to float32 as the plain path is."""

import copy
from typing import Any

import pytest
import torch

from tests.tunesmith.fast.shapes import model, rows
from tests.tunesmith.fast.test_model import gradients, plain_loss
from tunesmith.fast.model import FastModel
from tunesmith.training.packing import PackedCollator

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


def error(found: dict[str, Any], wanted: dict[str, Any]) -> float:
    """Return the distance of all gradients together, relative to their length."""
    apart = sum((found[n].cpu().float() - wanted[n]).square().sum() for n in wanted)
    return float((apart / sum(g.square().sum() for g in wanted.values())).sqrt())


def moved(batch: dict[str, Any]) -> dict[str, Any]:
    return {k: v.cuda() if isinstance(v, torch.Tensor) else v for k, v in batch.items()}


@pytest.mark.parametrize("family", ["llama", "mistral", "qwen2", "qwen3"])
def test_gradients_are_as_exact_as_those_of_the_plain_path(family: str) -> None:
    exact = model(family, hidden_size=256)
    plain_loss(exact, rows()).backward()
    wanted = gradients(exact)
    half = copy.deepcopy(exact).to("cuda")
    for name, weight in half.named_parameters():
        if "lora_" not in name:
            weight.data = weight.data.bfloat16()
    with torch.autocast("cuda", torch.bfloat16):
        expected = plain_loss(half, rows())
    expected.backward()
    plain = gradients(half)
    loss = FastModel(half).loss(moved(PackedCollator()(rows())))
    loss.backward()
    torch.testing.assert_close(loss, expected, rtol=1e-2, atol=1e-1)
    assert error(gradients(half), wanted) <= 1.5 * error(plain, wanted) + 0.01
