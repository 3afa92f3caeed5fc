"""Interruptions within one process: what a resumed training must not count anew."""

import errno
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tests.tunesmith.training.killed import fingerprints
from tunesmith.errors import UserError
from tunesmith.training import checkpoints
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.order import EpochOrder
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

ROWS = [chat_row(i, f"say {i % 4}", f"it is {'abcd'[i % 4]}") for i in range(24)]
OVERFIT: dict[str, Any] = {"learning_rate": 0.1, "schedule": "constant", "epochs": 30}


def run(base: Path, work: Path, one: Phase) -> Trained:
    """Train; what is learnt is of no use for the validation rows, which say the contrary."""
    contrary = [chat_row(i, f"say {i % 4}", f"it is {'dcba'[i % 4]}") for i in range(8)]
    return train(one, base, ROWS, contrary, work, seed=0)


def interrupted(patch: pytest.MonkeyPatch, name: str, when: int) -> None:
    """Let the n-th call of a method of the trainer raise what Ctrl-C does."""
    whole = getattr(ExactTrainer, name)
    calls = iter(range(1, 10**6))

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if next(calls) == when:
            raise KeyboardInterrupt
        return whole(self, *args, **options)

    patch.setattr(ExactTrainer, name, method)


def run_twice(base: Path, work: Path, one: Phase, name: str, when: int) -> Trained:
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, name, when)
        with pytest.raises(KeyboardInterrupt):
            run(base, work, one)
    return run(base, work, one)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["in the middle", "at its end"])
def test_early_stopping_stops_a_resumed_training_where_it_stops_a_whole_one(
    base: Path, tmp_path: Path, when: str
) -> None:
    one = phase({"kind": "full"}, early_stopping_patience=3, **OVERFIT)
    whole = run(base, tmp_path / "whole", one)
    assert whole.outcome["last_step"] < 90
    name, number = (
        ("training_step", whole.outcome["last_step"])
        if when == "in the middle"
        else (
            "_finalize_training",
            1,
        )
    )
    again = run_twice(base, tmp_path / "again", one, name, number)
    assert fingerprints(again) == fingerprints(whole)


@pytest.mark.slow
def test_what_was_spent_before_is_counted(base: Path, tmp_path: Path) -> None:
    one = phase({"kind": "lora", "r": 2}, epochs=4)
    whole = run(base, tmp_path / "whole", one)
    again = run_twice(base, tmp_path / "again", one, "training_step", 11)
    a_row = 3 + len("say 1") + len("it is a")  # the tokenizer knows bytes and three turns
    assert again.tokens == whole.tokens == 4 * len(ROWS) * a_row
    assert again.seconds > 0
    assert again.peak_memory_bytes > 0


@pytest.mark.slow
def test_a_damaged_checkpoint_changes_nothing_but_the_time(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = phase({"kind": "lora", "r": 2}, epochs=4)
    whole = run(base, tmp_path / "whole", one)
    work = tmp_path / "again"
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, "training_step", 11)
        with pytest.raises(KeyboardInterrupt):
            run(base, work, one)
    (work / "checkpoint-9" / "optimizer.pt").write_bytes(b"PK not what it was")
    assert fingerprints(run(base, work, one)) == fingerprints(whole)
    told = "again: checkpoint-9 is damaged (optimizer.pt); going on from checkpoint-6"
    assert told in capsys.readouterr().out


@pytest.mark.slow
def test_weights_that_are_no_numbers_are_never_saved(base: Path, tmp_path: Path) -> None:
    one = phase({"kind": "full"}, epochs=2)
    step = ExactTrainer.training_step
    calls = iter(range(100))

    def breaking(self: Any, model: Any, *args: Any, **options: Any) -> Any:
        loss = step(self, model, *args, **options)
        if next(calls) == 5:  # the last before a checkpoint; its own loss was still a number
            next(model.parameters()).data[0, 0] = torch.nan
        return loss

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExactTrainer, "training_step", breaking)
        patch.setattr(ExactTrainer, "_evaluate", lambda *_, **__: {"eval_loss": 1.0})
        with pytest.raises(UserError, match=r"embed_tokens.weight is no number any more at step 6"):
            run(base, tmp_path / "work", one)
    assert [path.name for path in checkpoints.by_step(tmp_path / "work")] == ["checkpoint-3"]


@pytest.mark.slow
def test_a_full_disk_ends_with_the_bytes_and_the_way_out_and_keeps_the_checkpoint_before(
    base: Path, tmp_path: Path
) -> None:
    one = phase({"kind": "lora", "r": 2}, epochs=3)
    save = torch.save

    def full(data: Any, path: Any, **options: Any) -> None:
        if "checkpoint-6/optimizer" in str(path):
            Path(path).write_bytes(b"PK half")
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        save(data, path, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "save", full)
        expected = r"checkpoint-6: no space left on this disk: [1-9][\d,]+ bytes are needed, .*run"
        with pytest.raises(UserError, match=expected):
            run(base, tmp_path / "work", one)
    assert [path.name for path in checkpoints.by_step(tmp_path / "work")] == ["checkpoint-3"]
    whole = run(base, tmp_path / "whole", one)
    assert fingerprints(run(base, tmp_path / "work", one)) == fingerprints(whole)


@pytest.mark.slow
def test_the_bytes_that_a_checkpoint_needs_are_near_what_it_takes(
    base: Path, tmp_path: Path
) -> None:
    needed: list[int] = []
    save = ExactTrainer._save_checkpoint

    def counting(self: Any, *args: Any) -> None:
        save(self, *args)
        needed.append(self._checkpoint_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExactTrainer, "_save_checkpoint", counting)
        run(base, tmp_path / "work", phase({"kind": "full"}, epochs=1))
    taken = checkpoints.size_bytes(tmp_path / "work" / "checkpoint-3")
    assert needed[0] == pytest.approx(taken, rel=0.2)


def test_an_order_is_of_its_seed_and_epoch_alone() -> None:
    lengths = [3, 9, 1, 7, 5, 2, 8, 6]
    for by_length in (None, lengths):
        order = EpochOrder(8, 0, by_length, 2)
        first = list(order)
        torch.rand(7)
        assert list(order) == first
        assert sorted(first) == list(range(8))
        order.epoch = 1
        assert list(order) != first
        assert list(EpochOrder(8, 1, by_length, 2)) != first


def test_the_rows_of_a_step_are_about_as_long_as_one_another() -> None:
    lengths = [i % 10 for i in range(64)]
    order = list(EpochOrder(64, 0, lengths, 4))
    spread = [max(step) - min(step) for step in _cut([lengths[i] for i in order], 4)]
    assert sum(spread) / len(spread) < 3


def _cut(values: list[int], size: int) -> list[list[int]]:
    return [values[i : i + size] for i in range(0, len(values), size)]
