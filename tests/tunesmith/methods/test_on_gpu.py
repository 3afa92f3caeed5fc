"""Every method on a GPU, in bf16: it learns, and what it saves is what it learnt."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.models.llama import modeling_llama

from tests.tunesmith.methods.test_every_method import CASES, RATES
from tests.tunesmith.methods.trying import Tried, describe, outputs, try_out

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
QLORA = {"kind": "qlora", "r": 4, "alpha": 8}
NEAR = 0.05  # nats: sums of bf16 in another order, and of qlora the 4 bits
needs_bitsandbytes = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)


@pytest.fixture(autouse=True)
def own_llama() -> Iterator[None]:
    """Liger exchanges parts of transformers' Llama for good; other tests need those that were."""
    own = dict(vars(modeling_llama))
    yield
    vars(modeling_llama).update(own)


def tried(base: Path, work: Path, method: dict[str, Any], **dials: Any) -> Tried:
    rate = RATES.get(method["kind"], 0.02)
    found = try_out(base, work, method, learning_rate=rate, **dials)
    losses = found.trained.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 0.005
    assert found.trained.model.device.type == "cuda"
    return found


@pytest.mark.parametrize(
    ("method", "merges"),
    [
        *[pytest.param(method, merges, id=name) for name, (method, _, merges) in CASES.items()],
        pytest.param(QLORA, False, id="qlora", marks=needs_bitsandbytes),
    ],
)
def test_a_method_learns_on_a_gpu_and_loads_as_it_was(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any], merges: bool
) -> None:
    found = tried(describe(tiny_base, tmp_path / "base"), tmp_path, method, epochs=4)
    tokenizer = found.again.tokenizer
    again = outputs(found.again.model, tokenizer)
    assert float(again.loss) == pytest.approx(found.trained.metrics["validation_loss"], abs=NEAR)
    if merges:
        merged = outputs(found.again.model.merge_and_unload(safe_merge=True), tokenizer)
        assert float(merged.loss) == pytest.approx(float(again.loss), abs=NEAR)


@pytest.mark.parametrize(
    "method",
    [{"kind": "full"}, {"kind": "lora", "r": 4}, {"kind": "freeze", "layers": 1}, {"kind": "ia3"}],
    ids=lambda method: method["kind"],
)
def test_a_classifier_learns_on_a_gpu_and_loads_as_it_was(
    tiny_encoder: Path, tmp_path: Path, method: dict[str, Any]
) -> None:
    start = describe(tiny_encoder, tmp_path / "base")
    found = tried(start, tmp_path, method, task="classification", best_by="loss", epochs=4)
    tokenizer = found.again.tokenizer
    again, own = (
        outputs(model, tokenizer, "classification").logits.float()
        for model in (found.again.model, found.trained.model)
    )
    torch.testing.assert_close(again, own, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("method", [{"kind": "full"}, {"kind": "lora", "r": 4}, QLORA])
def test_the_same_seed_gives_the_same_weights_on_a_gpu(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any]
) -> None:
    if method is QLORA and importlib.util.find_spec("bitsandbytes") is None:
        pytest.skip("bitsandbytes is not installed")
    start = describe(tiny_base, tmp_path / "base")
    one, two = (tried(start, tmp_path / str(n), method, epochs=4).trained for n in range(2))
    others = dict(two.model.named_parameters())
    for name, weight in one.model.named_parameters():
        assert torch.equal(weight, others[name]), name
