"""What a method saves: the same bytes for the same seed, and all that it trained."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import describe, outputs, try_out
from tunesmith.files import sha256_file

pytestmark = pytest.mark.slow
FULL = {"kind": "full"}
FREEZE = {"kind": "freeze", "layers": 1}
PISSA = {"kind": "lora", "r": 4, "alpha": 8, "init": "pissa"}
PREFIX = {"kind": "prefix", "tokens": 8, "projection": True}
ADAPTER = {"kind": "adapter", "width": 8, "placement": "pfeiffer"}
LOHA = {"kind": "peft", "type": "LOHA"}


def kind(method: dict[str, Any]) -> str:
    return str(method["kind"])


@pytest.mark.parametrize("method", [FULL, PISSA, PREFIX, ADAPTER, LOHA], ids=kind)
def test_the_same_seed_gives_the_same_bytes(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any]
) -> None:
    start = describe(tiny_base, tmp_path / "base")
    hashes = [
        {
            path.name: sha256_file(path)
            for path in try_out(start, tmp_path / run, method).folder.iterdir()
        }
        for run in ("one", "two")
    ]
    assert hashes[0] == hashes[1]
    assert any(name.endswith(".safetensors") for name in hashes[0])


@pytest.mark.parametrize("encoder", [True, False], ids=["encoder", "decoder"])
@pytest.mark.parametrize("method", [FREEZE, PISSA, PREFIX, ADAPTER], ids=kind)
def test_a_classifier_keeps_its_head_beside_the_adapter(
    tiny_base: Path, tiny_encoder: Path, tmp_path: Path, method: dict[str, Any], encoder: bool
) -> None:
    start = describe(tiny_encoder if encoder else tiny_base, tmp_path / "base")
    tried = try_out(start, tmp_path, method, task="classification", epochs=1)
    now = outputs(tried.trained.model, tried.again.tokenizer, "classification").logits
    again = outputs(tried.again.model, tried.again.tokenizer, "classification").logits
    torch.testing.assert_close(again, now, rtol=0, atol=1e-5)
    head = "score" if not encoder else "classifier"
    trained = [n for n, w in tried.trained.model.named_parameters() if w.requires_grad]
    assert any(head in name for name in trained)
