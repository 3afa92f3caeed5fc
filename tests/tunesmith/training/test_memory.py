"""Out of memory: smaller batches with the same rows a step, then activations computed twice."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tests.tunesmith.training.test_accumulation import assert_same, sgd  # noqa: F401, a fixture
from tunesmith.errors import StartAgain, UserError
from tunesmith.files import read_json
from tunesmith.training.batching import pack_tokens
from tunesmith.training.devices.batches import shared, shared_packs
from tunesmith.training.devices.group import Group
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.memory import smaller, within_memory
from tunesmith.training.params import Phase
from tunesmith.training.run import train

needs_bitsandbytes = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)
ROWS = [chat_row(i, f"say {i}", "abcd"[i % 4] * (1 + i % 24)) for i in range(24)]
FULL = {"kind": "full"}


def cuts(one: Phase) -> list[tuple[int, int, bool]]:
    """Return batch, accumulation and checkpointing of a phase and of all that are smaller."""
    found = []
    left: Phase | None = one
    while left:
        batch, steps = left.per_device_batch_size, left.gradient_accumulation_steps
        found.append((batch, steps, left.activation_checkpointing))
        left = smaller(left)
    return found


def test_the_batch_is_halved_and_the_accumulation_doubled() -> None:
    assert cuts(phase(FULL, per_device_batch_size=8, gradient_accumulation_steps=3)) == [
        (8, 3, False),
        (4, 6, False),
        (2, 12, False),
        (1, 24, False),
        (1, 24, True),
    ]


def test_an_odd_batch_keeps_its_rows_a_step() -> None:
    found = cuts(phase(FULL, per_device_batch_size=45))
    assert [batch for batch, _, _ in found] == [45, 15, 5, 1, 1]
    assert {batch * steps for batch, steps, _ in found} == {45}


def test_a_method_that_cannot_compute_twice_does_not() -> None:
    assert smaller(phase({"kind": "prefix"}, per_device_batch_size=1)) is None


@pytest.mark.parametrize(("rows", "accumulated", "processes"), [(8, 1, 8), (8, 3, 2), (45, 4, 12)])
def test_what_each_of_several_processes_holds_becomes_less_and_the_step_stays(
    rows: int, accumulated: int, processes: int
) -> None:
    left = phase(FULL, per_device_batch_size=rows, gradient_accumulation_steps=accumulated)
    step = rows * accumulated
    held = shared(rows, accumulated, processes)[0]
    while held > 1:
        less = smaller(left, processes)
        assert less is not None and less.per_device_batch_size is not None
        batch, own = shared(less.per_device_batch_size, less.gradient_accumulation_steps, processes)
        assert batch < held and batch * own * processes == step
        left, held = less, batch
    assert smaller(left, processes) == left.model_copy(update={"activation_checkpointing": True})


@pytest.mark.parametrize(("accumulated", "processes"), [(1, 2), (4, 2), (3, 2)])
@pytest.mark.parametrize("row_tokens", [50, 2_000])
def test_packs_of_several_processes_are_halved_and_the_step_stays(
    accumulated: int, processes: int, row_tokens: int
) -> None:
    def packs(one: Phase) -> tuple[int, int]:
        own = shared_packs(one.gradient_accumulation_steps, processes) * processes
        return own, pack_tokens([row_tokens] * 10_000, own, one.pack_tokens or 8_192)

    one = phase(
        {"kind": "lora"},
        packing=True,
        per_device_batch_size=None,
        gradient_accumulation_steps=accumulated,
    )
    less = smaller(one, processes)
    assert less is not None
    count, tokens = packs(one)
    assert packs(less) == (count * 2, tokens // 2)


def one_of_four(local_size: int = 4, rank: int = 2) -> Group:
    return Group(rank=rank, size=4, local_rank=rank % local_size, local_size=local_size)


def not_enough(_: Phase) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")


@pytest.mark.parametrize(("local_size", "where"), [(4, ""), (2, " on every host")])
def test_one_of_several_processes_writes_what_fits_and_ends_all(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    local_size: int,
    where: str,
) -> None:
    monkeypatch.setattr("tunesmith.training.memory.gathered", lambda _, own: [own] * 4)
    work = tmp_path / "sft"
    with pytest.raises(StartAgain) as told:
        within_memory(phase(FULL), work, not_enough, one_of_four(local_size))
    assert str(told.value) == (
        "sft: out of memory (CUDA out of memory); per_device_batch_size 8 → 1, "
        f"gradient_accumulation_steps 1 → 8: the same rows a step; {work / 'memory.json'} keeps "
        f"what fits; start the same command again{where}"
    )
    assert read_json(work / "memory.json")["per_device_batch_size"] == 1
    assert capsys.readouterr().out == ""
    assert [path.name for path in work.iterdir()] == ["memory.json"]


def test_a_process_goes_on_with_what_fits_on_every_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others_found(_: Group, own: dict[str, Any]) -> list[dict[str, Any]]:
        less = own | {"per_device_batch_size": 2, "gradient_accumulation_steps": 4}
        return [own, less | {"activation_checkpointing": True}, own, less]

    monkeypatch.setattr("tunesmith.training.memory.gathered", others_found)
    found = within_memory(phase(FULL), tmp_path, lambda one: one, one_of_four(2))
    assert (found.per_device_batch_size, found.activation_checkpointing) == (2, True)


def test_each_change_is_said_once_and_remembered_for_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "sft"
    seen: list[int] = []

    def attempt(one: Phase) -> str:
        seen.append(one.per_device_batch_size)
        if one.per_device_batch_size > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB. And so on.")
        return "trained"

    assert within_memory(phase(FULL), work, attempt) == "trained"
    assert seen == [8, 4, 2]
    assert capsys.readouterr().out.splitlines() == [
        "sft: out of memory (CUDA out of memory); per_device_batch_size 8 → 4, "
        "gradient_accumulation_steps 1 → 2: the same rows a step",
        "sft: out of memory (CUDA out of memory); per_device_batch_size 4 → 2, "
        "gradient_accumulation_steps 2 → 4: the same rows a step",
    ]
    within_memory(phase(FULL), work, attempt)
    assert seen == [8, 4, 2, 2]


def test_what_does_not_fit_at_all_names_the_ways_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def attempt(_: Phase) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")

    with pytest.raises(
        UserError, match=r"even with the smallest batch; lower .*max_length \(128\)"
    ):
        within_memory(phase(FULL), tmp_path / "sft", attempt)
    assert "activations are now computed twice instead of kept" in capsys.readouterr().out


def too_much_for_torch() -> None:
    torch.empty(10**14)


def too_much_for_numpy() -> None:
    np.empty(10**14)


def nothing_said() -> None:
    raise MemoryError


@pytest.mark.parametrize(
    ("fails", "told"),
    [
        (too_much_for_torch, "DefaultCPUAllocator: can't allocate memory: you tried to allocate "),
        (too_much_for_numpy, "Unable to allocate "),
        (nothing_said, "MemoryError"),
    ],
)
def test_too_little_memory_of_a_cpu_is_answered_as_that_of_a_gpu(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fails: Callable[[], None], told: str
) -> None:
    def attempt(one: Phase) -> str:
        if one.per_device_batch_size > 2:
            fails()
        return "trained"

    assert within_memory(phase(FULL), tmp_path / "sft", attempt) == "trained"
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"sft: out of memory ({told}")
    assert "; per_device_batch_size 8 → 4, gradient_accumulation_steps 1 → 2: " in first
    assert "4 → 2" in second


def test_another_error_is_left_as_it_is(tmp_path: Path) -> None:
    def attempt(_: Phase) -> None:
        raise RuntimeError("shape mismatch")

    with pytest.raises(RuntimeError, match="shape mismatch"):
        within_memory(phase(FULL), tmp_path, attempt)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 5])  # steps that still fitted; a checkpoint is at step 3
def test_a_training_that_did_not_fit_ends_as_one_that_did(
    base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    after: int,
) -> None:
    one = phase(FULL, warmup_ratio=0, learning_rate=1e-3)
    whole = train(one, base, ROWS, ROWS, tmp_path / "whole", seed=0)
    step = ExactTrainer.training_step

    def within_40_tokens(self: Any, model: Any, inputs: Any, *args: Any) -> Any:
        if inputs["input_ids"].numel() > 40 and self.state.global_step >= after:
            raise torch.OutOfMemoryError("out of memory")
        return step(self, model, inputs, *args)

    monkeypatch.setattr(ExactTrainer, "training_step", within_40_tokens)
    capsys.readouterr()
    small = train(one, base, ROWS, ROWS, tmp_path / "small", seed=0)
    said = capsys.readouterr().out
    assert "per_device_batch_size 8 → 4" in said
    assert ("step 3/6, " in said.partition("out of memory")[0]) == (after > 0)
    assert_same(small, whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    "method",
    [
        {"kind": "full"},
        {"kind": "freeze", "layers": 1},
        {"kind": "lora", "r": 4, "dropout": 0.2},
        pytest.param({"kind": "qlora", "r": 4}, marks=needs_bitsandbytes),
        {"kind": "adapter", "width": 4},
        {"kind": "ia3"},
        {"kind": "p_tuning", "tokens": 4},
        {"kind": "prompt", "tokens": 4},
        {"kind": "peft", "type": "LOHA", "options": {"r": 4, "target_modules": ["q_proj"]}},
    ],
    ids=lambda method: method["kind"],
)
def test_activations_that_are_computed_twice_give_the_same_losses(
    base: Path, tmp_path: Path, method: dict[str, Any]
) -> None:
    losses = []
    for twice in (False, True):
        one = phase(method, epochs=1, activation_checkpointing=twice)
        trained = train(one, base, ROWS, ROWS, tmp_path / str(twice), seed=0)
        losses.append(trained.curves["loss"].tolist())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
