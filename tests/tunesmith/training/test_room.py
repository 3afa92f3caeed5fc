"""Packs as long as a memory holds, here a memory that is only said to be there."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tunesmith.files import read_json
from tunesmith.models.load import load
from tunesmith.training import room
from tunesmith.training.devices.group import ALONE, Group
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.params import Phase
from tunesmith.training.room import RESERVE, fitted
from tunesmith.training.run import train

ROWS = [chat_row(i, f"say {i % 9}", f"it is {'abcd'[i % 4]}" * (1 + i % 5)) for i in range(60)]
LONG = [{"input_ids": [5] * 300, "labels": [5] * 300} for _ in range(20_000)]  # a step: 16,384


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a GPU have so many bytes free, beside what libraries take."""

    def say(free: float | None) -> None:
        told = None if free is None else RESERVE + free
        monkeypatch.setattr(room, "free_bytes", lambda: told)

    return say


def packed(method: dict[str, Any] | None = None, **dials: Any) -> Phase:
    plain = {"packing": True, "per_device_batch_size": None}
    return phase(method or {"kind": "lora", "r": 4}, **(plain | dials))


def chosen(base: Path, work: Path, one: Phase, group: Group = ALONE) -> tuple[Any, ...]:
    start = load(base, "chat", [], trainable=True)
    model = one.method.apply(start.model, "chat")
    found = fitted(one, model, LONG, work / "sft", group)
    return found.pack_tokens, found.gradient_accumulation_steps, found.activation_checkpointing


def test_the_more_memory_the_longer_the_packs_and_the_step_stays(
    base: Path, tmp_path: Path, has: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for free in (1e9, 60e6, 30e6, 15e6, 7e6, 1e6):
        has(free)
        seen.append(chosen(base, tmp_path, packed()))
    assert seen[0] == (16_384, 1, False)
    plain = [one for one in seen if not one[2]]
    assert plain == sorted(plain, reverse=True)
    assert len({one[0] for one in plain}) > 2
    assert {tokens * packs for tokens, packs, _ in seen} == {16_384}
    assert seen[-1] == (512, 32, True)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 6
    assert told[0].startswith("sft: packs of 16,384 tokens, each a step: about 0.")
    assert told[0].endswith(" GB of the 2.0 GB that are free")
    assert told[-1].startswith("sft: packs of 512 tokens, 32 to a step, activations are computed ")


def test_what_was_chosen_is_what_a_resumed_run_takes(base: Path, tmp_path: Path, has: Any) -> None:
    has(1e9)
    assert chosen(base, tmp_path, packed()) == (16_384, 1, False)
    assert read_json(tmp_path / "sft" / "memory.json") == {
        "activation_checkpointing": False,
        "gradient_accumulation_steps": 1,
        "pack_tokens": 16_384,
        "per_device_batch_size": None,
    }


@pytest.mark.parametrize(
    "dials",
    [
        {"pack_tokens": 4_096},
        {"per_device_batch_size": 8},
        {"method": {"kind": "peft", "type": "LOHA", "options": {"r": 2}}},
    ],
    ids=lambda dials: next(iter(dials)),
)
def test_a_batch_that_is_said_or_that_nobody_can_estimate_stays(
    base: Path, tmp_path: Path, has: Any, dials: dict[str, Any]
) -> None:
    has(1e9)
    one = packed(**{"method": {"kind": "lora", "r": 4}, **dials})
    found = chosen(base, tmp_path, one)
    assert found == (one.pack_tokens, 1, False)
    assert not (tmp_path / "sft").exists()


def test_without_a_gpu_nothing_is_chosen(base: Path, tmp_path: Path) -> None:
    assert room.free_bytes() is None
    assert chosen(base, tmp_path, packed()) == (None, 1, False)


def test_accumulation_that_a_phase_asks_for_keeps_its_step(
    base: Path, tmp_path: Path, has: Any
) -> None:
    has(1e9)
    asked = packed(gradient_accumulation_steps=2)
    assert chosen(base, tmp_path, asked) == (16_384, 1, False)


def test_all_processes_take_what_fits_the_one_with_least(
    base: Path, tmp_path: Path, has: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    has(1e9)
    monkeypatch.setattr(room, "gathered", lambda _, own: [own, own + 1])
    two = Group(rank=1, size=2, local_rank=1, local_size=2)
    # a step of two packs, one of each; here half of that
    assert chosen(base, tmp_path, packed(), two) == (4_096, 4, False)


def test_looking_draws_no_random_number(base: Path, tmp_path: Path, has: Any) -> None:
    has(1e9)
    start = load(base, "chat", [], trainable=True)
    one = packed()
    model = one.method.apply(start.model, "chat")
    before, weights = torch.get_rng_state(), copy.deepcopy(model.state_dict())
    fitted(one, model, LONG, tmp_path / "sft", ALONE)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(weights[n], w) for n, w in model.state_dict().items())


@pytest.mark.slow
def test_a_training_in_found_packs_says_so_and_resumes_in_them(
    base: Path, tmp_path: Path, has: Any
) -> None:
    has(1e9)
    one = packed(evaluations_per_epoch=3)
    whole = train(one, base, ROWS, ROWS[:7], tmp_path / "whole", seed=0)
    packs = whole.outcome["packs"]
    assert packs["of_a_step"] == 1
    has(1e4)  # less is free when it goes on; its packs stay
    again = run_twice_in(base, tmp_path / "again", one, has)
    assert again.outcome == whole.outcome
    for name, weight in again.model.named_parameters():
        assert torch.equal(weight, dict(whole.model.named_parameters())[name])


def run_twice_in(base: Path, work: Path, one: Phase, has: Any) -> Any:
    """Stop in the middle of a training in much memory, and go on in little."""
    step = ExactTrainer.training_step
    count = [0]

    def stopping(self: Any, *given: Any, **named: Any) -> Any:
        count[0] += 1
        if count[0] == 8:
            raise InterruptedError
        return step(self, *given, **named)

    has(1e9)
    ExactTrainer.training_step = stopping  # type: ignore[method-assign]
    try:
        with pytest.raises(InterruptedError):
            train(one, base, ROWS, ROWS[:7], work, seed=0)
    finally:
        ExactTrainer.training_step = step  # type: ignore[method-assign]
    has(1e4)
    return train(one, base, ROWS, ROWS[:7], work, seed=0)


@pytest.mark.slow
def test_packs_that_turn_out_too_long_are_halved_from_what_was_chosen(
    base: Path, tmp_path: Path, has: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    has(1e9)
    step = ExactTrainer.training_step
    rows = [chat_row(i, "say " * 40, "it is " * 40) for i in range(120)]

    def within_4000(self: Any, model: Any, inputs: Any, *args: Any) -> Any:
        if inputs["input_ids"].numel() > 4_000:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return step(self, model, inputs, *args)

    monkeypatch.setattr(ExactTrainer, "training_step", within_4000)
    one = packed(max_length=512, epochs=1)
    found = train(one, base, rows, rows[:7], tmp_path / "sft", seed=0)
    told = capsys.readouterr().out
    assert "packs of 6,448 tokens" in told
    assert "pack_tokens 6448 → 3224, gradient_accumulation_steps 1 → 2" in told
    assert found.outcome["packs"] == {"computed_twice": False, "of_a_step": 2, "tokens": 3_224}
