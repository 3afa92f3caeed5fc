"""Rows in line: complete, never cut, and trained as padded rows are."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import chat_row, save_tiny_base
from tests.tunesmith.methods.trying import describe, phase
from tests.tunesmith.training.killed import fingerprints
from tests.tunesmith.training.test_exact import run, run_twice
from tunesmith.models.load import load
from tunesmith.prediction.generate import generate
from tunesmith.training.batching import PACK_TOKENS, pack_tokens
from tunesmith.training.fast_path import adapted_blocks
from tunesmith.training.memory import smaller
from tunesmith.training.packing import PackedCollator, packed
from tunesmith.training.run import train

ROWS = [chat_row(i, "say " + "much " * (i % 5), f"it is {'abcd'[i % 4]}") for i in range(24)]


@given(st.lists(st.integers(1, 60), max_size=50), st.integers(1, 64))
def test_every_row_is_in_one_pack_and_no_pack_is_too_long(
    lengths: list[int], capacity: int
) -> None:
    packs = packed(lengths, capacity)
    assert sorted(row for pack in packs for row in pack) == list(range(len(lengths)))
    for pack in packs:
        assert sum(lengths[row] for row in pack) <= capacity or len(pack) == 1


def test_packs_are_nearly_full() -> None:
    drawn = torch.Generator().manual_seed(0)
    lengths = torch.randint(5, 400, (2_000,), generator=drawn).tolist()
    packs = packed(lengths, 2_048)
    assert sum(lengths) / (len(packs) * 2_048) > 0.99


def test_a_pack_is_no_longer_than_leaves_a_hundred_steps() -> None:
    assert pack_tokens([50] * 100, 1) == 16 * 50  # few rows: as many as a batch has
    assert pack_tokens([50] * 10_000, 1) == 5_000
    assert pack_tokens([50] * 10_000, 2) == 2_500
    assert pack_tokens([50] * 1_000_000, 1) == PACK_TOKENS
    assert pack_tokens([50] * 1_000_000, 2, most=2_048) == 2_048
    assert pack_tokens([50, 9_000], 1) == 9_000  # no row is cut


def test_a_line_says_where_rows_end_and_what_predicts_each_trained_token() -> None:
    rows = [
        {"input_ids": [5, 6, 7], "labels": [-100, 6, 7]},
        {"input_ids": [8, 9], "labels": [8, 9]},
    ]
    batch = PackedCollator()([rows])
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 9]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1]]
    assert batch["ends"].tolist() == [0, 3, 5]
    assert batch["longest"] == 3
    assert batch["labels"].tolist() == [
        [-100, 6, 7, -100, 9]
    ]  # 8 begins a row: nothing predicts it
    assert batch["places"].tolist() == [0, 1, 3]
    assert batch["targets"].tolist() == [6, 7, 9]


@pytest.mark.slow
@pytest.mark.parametrize("method", [{"kind": "lora", "r": 4}, {"kind": "full"}, {"kind": "ia3"}])
def test_rows_in_line_train_as_padded_rows_do(
    tmp_path: Path, method: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    save_tiny_base(tmp_path / "weights")
    start = describe(tmp_path / "weights", tmp_path / "base")
    trained = []
    for packing in (False, True):
        chosen = phase(method, packing=packing, per_device_batch_size=24, learning_rate=1e-3)
        trained.append(train(chosen, start, ROWS, ROWS[:7], tmp_path / f"work{packing}", 0))
    padded, in_line = trained
    assert in_line.metrics["validation_loss"] == pytest.approx(
        padded.metrics["validation_loss"], abs=1e-5
    )
    others = dict(padded.model.named_parameters())
    for name, weight in in_line.model.named_parameters():
        torch.testing.assert_close(weight, others[name], rtol=1e-3, atol=1e-5, msg=name)
    assert ("transformers' path" in capsys.readouterr().out) == (method["kind"] != "lora")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({"kind": "peft", "type": "LN_TUNING"}, {"LlamaRMSNorm"}),
        ({"kind": "adapter"}, set()),
        ({"kind": "lora"}, set()),
        ({"kind": "full"}, set()),
    ],
)
def test_adapters_around_norms_are_seen_since_liger_would_pass_over_them(
    tmp_path: Path, method: dict[str, Any], expected: set[str]
) -> None:
    save_tiny_base(tmp_path / "weights")
    start = load(describe(tmp_path / "weights", tmp_path / "base"), "chat", [], trainable=True)
    model = phase(method).method.apply(start.model, "chat")
    assert {type(block).__name__ for block in adapted_blocks(model)} == expected


@pytest.mark.slow
@pytest.mark.parametrize("method", [{"kind": "full"}, {"kind": "ia3"}])
def test_a_model_that_was_trained_in_line_answers_padded_batches(
    tmp_path: Path, method: dict[str, Any]
) -> None:
    save_tiny_base(tmp_path / "weights")
    start = describe(tmp_path / "weights", tmp_path / "base")
    chosen = phase(method, packing=True, per_device_batch_size=24, epochs=1)
    trained = train(chosen, start, ROWS, ROWS[:7], tmp_path / "work", 0)
    tokenizer = trained.start.tokenizer
    prompts = [tokenizer(text)["input_ids"] for text in ("say", "say much")]
    together = generate(trained.model.eval(), tokenizer, prompts, 2, 3)
    assert together == [generate(trained.model, tokenizer, [one], 1, 3)[0] for one in prompts]


@pytest.mark.slow
def test_a_resumed_training_in_packs_ends_with_the_same_weights(tmp_path: Path) -> None:
    save_tiny_base(tmp_path / "weights")
    base = describe(tmp_path / "weights", tmp_path / "base")
    one = phase(
        {"kind": "lora", "r": 2},
        packing=True,
        per_device_batch_size=None,
        pack_tokens=64,
        evaluations_per_epoch=3,
    )
    whole = run(base, tmp_path / "whole", one)
    again = run_twice(base, tmp_path / "again", one, "training_step", 8)
    assert fingerprints(again) == fingerprints(whole)


def test_packs_are_halved_where_memory_runs_out() -> None:
    left = phase({"kind": "lora"}, packing=True, per_device_batch_size=None)
    seen = []
    while (less := smaller(left)) is not None:
        left = less
        seen.append((left.pack_tokens, left.gradient_accumulation_steps))
    assert seen == [(4096, 2), (2048, 4), (1024, 8), (512, 16), (512, 16)]
    assert left.activation_checkpointing
    assert left.per_device_batch_size is None
