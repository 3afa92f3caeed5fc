"""Every method learns, and what it saves is what it learnt."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import describe, outputs, phase, try_out
from tunesmith.files import sha256_file
from tunesmith.methods import read_method

pytestmark = pytest.mark.slow
LORA = {"kind": "lora", "r": 4, "alpha": 8}
# name → method, weights that it trains in the tiny Llama, whether it can be merged
CASES: dict[str, tuple[dict[str, Any], int, bool]] = {
    "full": ({"kind": "full"}, 26_912, False),
    "freeze": ({"kind": "freeze", "layers": 1}, 9_312, False),
    "lora": (LORA, 4_096, True),
    "lora_q_v": ({**LORA, "targets": ["q_proj", "v_proj"]}, 896, True),
    "lora_regex": ({**LORA, "targets": r".*\.0\.self_attn\.q_proj"}, 256, True),
    "lora_plus": ({**LORA, "lora_plus": 16}, 4_096, True),
    "rslora_dora": ({**LORA, "rslora": True, "dora": True, "dropout": 0.1}, 4_608, True),
    "gaussian": ({**LORA, "init": "gaussian"}, 4_096, True),
    "pissa": ({**LORA, "init": "pissa"}, 4_096, True),
    "pissa_dora": ({**LORA, "init": "pissa", "dora": True}, 4_608, True),
    "olora": ({**LORA, "init": "olora", "rslora": True}, 4_096, True),
    "lora_embed": (
        {**LORA, "modules_to_save": ["embed_tokens"], "rank_pattern": {"q_proj": 2}},
        12_160,
        True,
    ),
    "ia3": ({"kind": "ia3"}, 192, True),
    "prefix": ({"kind": "prefix", "tokens": 8}, 512, False),
    "projected_prefix": ({"kind": "prefix", "tokens": 8, "projection": True}, 3_424, False),
    "prompt": ({"kind": "prompt", "tokens": 8}, 256, False),
    "p_tuning": ({"kind": "p_tuning", "tokens": 8, "hidden_size": 16}, 1_600, False),
    "p_tuning_lstm": (
        {"kind": "p_tuning", "tokens": 8, "hidden_size": 8, "encoder": "lstm"},
        5_824,
        False,
    ),
    "houlsby": ({"kind": "adapter", "width": 8}, 2_208, False),
    "pfeiffer": (
        {"kind": "adapter", "width": 8, "placement": "pfeiffer", "activation": "silu"},
        1_104,
        False,
    ),
    "peft_loha": ({"kind": "peft", "type": "LOHA", "options": {"r": 4}}, 1_792, True),
    "peft_oft": (
        {"kind": "peft", "type": "oft", "options": {"r": 0, "oft_block_size": 8}},
        448,
        True,
    ),
    "peft_norms": ({"kind": "peft", "type": "LN_TUNING"}, 160, True),
}
each_case = pytest.mark.parametrize(("method", "trainable", "merges"), CASES.values(), ids=CASES)


@each_case
def test_a_method_learns_and_loads_as_it_was_at_its_best(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any], trainable: int, merges: bool
) -> None:
    start = describe(tiny_base, tmp_path / "base")
    tried = try_out(start, tmp_path, method)
    losses = tried.trained.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 0.005
    assert tried.trainable == trainable
    tokenizer = tried.again.tokenizer
    again = outputs(tried.again.model, tokenizer)
    assert float(again.loss) == pytest.approx(tried.trained.metrics["validation_loss"], abs=1e-5)
    torch.testing.assert_close(
        again.logits, outputs(tried.trained.model, tokenizer).logits, rtol=0, atol=1e-5
    )
    if merges:
        merged = outputs(tried.again.model.merge_and_unload(safe_merge=True), tokenizer)
        torch.testing.assert_close(merged.logits, again.logits, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["full", "pissa", "projected_prefix", "houlsby", "peft_loha"])
def test_the_same_seed_gives_the_same_bytes(tiny_base: Path, tmp_path: Path, name: str) -> None:
    start = describe(tiny_base, tmp_path / "base")
    method, _, _ = CASES[name]
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
@pytest.mark.parametrize("name", ["freeze", "pissa", "ia3", "projected_prefix", "pfeiffer"])
def test_a_classifier_keeps_its_head_beside_the_adapter(
    tiny_base: Path, tiny_encoder: Path, tmp_path: Path, name: str, encoder: bool
) -> None:
    start = describe(tiny_encoder if encoder else tiny_base, tmp_path / "base")
    method, _, _ = CASES[name]
    tried = try_out(start, tmp_path, method, task="classification", epochs=1)
    now = outputs(tried.trained.model, tried.again.tokenizer, "classification").logits
    again = outputs(tried.again.model, tried.again.tokenizer, "classification").logits
    torch.testing.assert_close(again, now, rtol=0, atol=1e-5)
    head = "score" if not encoder else "classifier"
    trained = [n for n, w in tried.trained.model.named_parameters() if w.requires_grad]
    assert any(head in name for name in trained)


@pytest.mark.parametrize(("method", "trainable", "merges"), CASES.values(), ids=CASES)
def test_a_manifest_tells_the_method_again(
    method: dict[str, Any], trainable: int, merges: bool
) -> None:
    dials = phase(method).method
    assert read_method(dials.model_dump(mode="json")) == dials
