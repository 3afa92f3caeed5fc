"""Weights are counted without any being there, and the counts are those of a real training."""

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

from tunesmith.advice.counts import bare, count
from tunesmith.methods import read_method
from tunesmith.methods.base import LowRank
from tunesmith.methods.qlora import Qlora

METHODS: list[dict[str, Any]] = [
    {"kind": "full"},
    {"kind": "freeze", "layers": 1},
    {"kind": "lora", "r": 4},
    {"kind": "lora", "r": 4, "dora": True, "targets": ["q_proj"], "modules_to_save": ["lm_head"]},
    {"kind": "lora", "r": 4, "init": "pissa"},
    {"kind": "qlora", "r": 4},
    {"kind": "adapter", "width": 8},
    {"kind": "adapter", "width": 8, "placement": "pfeiffer"},
    {"kind": "prefix", "tokens": 4},
    {"kind": "prefix", "tokens": 4, "projection": True},
    {"kind": "p_tuning", "tokens": 4, "hidden_size": 16},
    {"kind": "prompt", "tokens": 4},
    {"kind": "ia3"},
    {"kind": "peft", "type": "LOHA", "options": {"r": 2, "target_modules": ["q_proj"]}},
]


@pytest.mark.parametrize("dials", METHODS, ids=lambda dials: "-".join(map(str, dials.values())))
def test_the_count_is_that_of_the_real_model(tiny_base: Path, dials: dict[str, Any]) -> None:
    method = read_method(dials)
    counts = count(AutoConfig.from_pretrained(tiny_base), "chat", 2, method)
    model = AutoModelForCausalLM.from_pretrained(tiny_base)
    assert counts.base == sum(weight.numel() for weight in model.parameters())
    put = LowRank.apply if isinstance(method, Qlora) else type(method).apply
    model = put(method, model, "chat")
    assert counts.trained == sum(w.numel() for w in model.parameters() if w.requires_grad)
    assert counts.added == (counts.trained if method.keeps_base else 0)


def test_a_classifier_is_counted_with_its_head(tiny_encoder: Path) -> None:
    counts = count(
        AutoConfig.from_pretrained(tiny_encoder), "classification", 7, read_method({"kind": "full"})
    )
    model = AutoModelForSequenceClassification.from_pretrained(tiny_encoder, num_labels=7)
    assert counts.trained == sum(weight.numel() for weight in model.parameters())


def test_a_tied_head_is_counted_once_and_multiplied(tiny_base: Path) -> None:
    config = AutoConfig.from_pretrained(tiny_base)
    tied = count(config, "chat", 2, read_method({"kind": "full"}))
    config.tie_word_embeddings = False
    apart = count(config, "chat", 2, read_method({"kind": "full"}))
    embedded = config.vocab_size * config.hidden_size
    assert apart.base - tied.base == embedded
    assert (tied.lookup, apart.lookup) == (0, embedded)


def test_the_head_stays_whole_on_a_base_in_4_bits(tiny_base: Path) -> None:
    config = AutoConfig.from_pretrained(tiny_base)
    counts = count(config, "chat", 2, read_method({"kind": "qlora"}))
    layer = 32 * 32 * 2 + 32 * 16 * 2 + 3 * 32 * 64
    assert counts.quantised == 2 * layer


def test_nothing_is_allocated(tiny_base: Path) -> None:
    model = bare(AutoConfig.from_pretrained(tiny_base), "chat", 2)
    assert {weight.device.type for weight in model.parameters()} == {"meta"}
