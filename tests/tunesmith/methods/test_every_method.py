"""Every method learns, and what it saves is what it learnt."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import describe, outputs, phase, try_out
from tunesmith.methods import read_method

pytestmark = pytest.mark.slow
LORA = {"kind": "lora", "r": 4, "alpha": 8}
# name → method, weights that it trains in the tiny Llama, whether it can be merged
CASES: dict[str, tuple[dict[str, Any], int, bool]] = {
    "full": ({"kind": "full"}, 26_912, False),
    "freeze": ({"kind": "freeze", "layers": 1}, 9_312, False),
    "lora": (LORA, 4_096, True),
    "lora_q_v": ({**LORA, "targets": ["q_proj", "v_proj"]}, 896, True),
    "lora_regex": ({**LORA, "targets": r".*\.0\.mlp\.\w+_proj"}, 1_152, True),
    "lora_plus": ({**LORA, "lora_plus": 16}, 4_096, True),
    "rslora_dora": (
        {**LORA, "init": "gaussian", "rslora": True, "dora": True, "dropout": 0.1},
        4_608,
        True,
    ),
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
    "projected_prefix": ({"kind": "prefix", "tokens": 8, "projection": True}, 1_488, False),
    "prompt": ({"kind": "prompt", "tokens": 8}, 256, False),
    "p_tuning": ({"kind": "p_tuning", "tokens": 8, "hidden_size": 16}, 1_600, False),
    "p_tuning_lstm": (
        {"kind": "p_tuning", "tokens": 8, "hidden_size": 8, "encoder": "lstm"},
        5_424,
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
RATES = {"ia3": 0.1, "prompt": 0.1}  # kinds with few weights want more
each_case = pytest.mark.parametrize(("method", "trainable", "merges"), CASES.values(), ids=CASES)


@each_case
def test_a_method_learns_and_loads_as_it_was_at_its_best(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any], trainable: int, merges: bool
) -> None:
    start = describe(tiny_base, tmp_path / "base")
    rate = RATES.get(method["kind"], 0.02)
    tried = try_out(start, tmp_path, method, learning_rate=rate)
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


@each_case
def test_a_manifest_tells_the_method_again(
    method: dict[str, Any], trainable: int, merges: bool
) -> None:
    dials = phase(method).method
    assert read_method(dials.model_dump(mode="json")) == dials
