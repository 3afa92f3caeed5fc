"""What the fast path does not compute is trained by transformers instead, and named."""

from typing import Any

import pytest
from peft import IA3Config, LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

from tests.tunesmith.fast.shapes import model
from tunesmith.fast.fits import why_not


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"use_dora": True}, "a variant of LoRA"),
        ({"lora_dropout": 0.1}, "LoRA has dropout"),
        ({"lora_bias": True}, "LoRA has a bias"),
        ({"bias": "all"}, "other weights than LoRA's are trained"),
        ({"modules_to_save": ["lm_head"]}, "other weights than LoRA's are trained"),
        ({"targets": ["q_proj", "lm_head"]}, "other weights than LoRA's are trained"),
    ],
)
def test_what_is_more_than_plain_lora_does_not_fit(options: dict[str, Any], reason: str) -> None:
    family = "qwen2" if "bias" in options else "llama"
    assert why_not(model(family, **options), 8) == reason


def test_a_row_longer_than_the_window_does_not_fit() -> None:
    tuned = model("mistral")
    tuned.get_base_model().config.sliding_window = 16
    assert why_not(tuned, 16) is None
    assert why_not(tuned, 17) == "a sliding window of 16.0 tokens"


def test_two_adapters_at_once_do_not_fit() -> None:
    tuned = model()
    tuned.add_adapter("second", LoraConfig(r=2, target_modules=["q_proj"]))
    tuned.base_model.set_adapter(["default", "second"])
    assert why_not(tuned, 8) == "several adapters at once"


def test_a_merged_adapter_does_not_fit() -> None:
    tuned = model()
    tuned.merge_adapter()
    assert why_not(tuned, 8) == "the adapter is merged"


def test_other_families_and_methods_do_not_fit() -> None:
    gpt2 = GPT2LMHeadModel(GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=20))
    assert str(why_not(get_peft_model(gpt2, LoraConfig()), 8)).startswith(
        "gpt2 GPT2LMHeadModel: only"
    )
    plain = model().unload()
    assert why_not(plain, 8) == "the method is not LoRA"
    assert (
        why_not(get_peft_model(plain, IA3Config(task_type="CAUSAL_LM")), 8)
        == "the method is not LoRA"
    )
