"""Two processes train to the weights of one: whole models under DDP, and models in shards."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from tests.tiny import chat_row, label_row
from tests.tunesmith.objectives.preferring import pair_row
from tests.tunesmith.training.devices.pairs import run_pair
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.arguments import training_arguments
from tunesmith.training.devices.group import ALONE, Group
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
ROWS = [chat_row(i, f"say {i % 7}" + "x" * (i % 5), f"it is {'abcd'[i % 4]}") for i in range(59)]
CLASSES = [
    label_row(i, ("bad" if i % 3 else "good ") + "xy" * (i % 4), "ny"[i % 3 == 0])
    for i in range(59)
]
PAIRS = [
    pair_row(i, f"say {i % 7}", f"it is {'abcd'[i % 4]}" + "x" * (i % 5), "no" * (1 + i % 3))
    for i in range(59)
]
CASES = {  # 59 rows: the last of four steps is not full
    "full": {"task": "chat", "method": {"kind": "full"}},
    "lora": {"task": "chat", "method": {"kind": "lora", "r": 4}},
    "classes": {
        "task": "classification",
        "method": {"kind": "full"},
        "per_device_batch_size": 16,
        "gradient_accumulation_steps": 1,
    },
    "pairs": {  # each has log-probabilities of the start, of which a process computes its half
        "task": "preference",
        "objective": {"kind": "dpo", "beta": 0.5},
        "method": {"kind": "lora", "r": 4},
    },
    "packs": {  # 17 of them and 11 to validate, two at once: a blank one fills the last round
        "task": "chat",
        "method": {"kind": "lora", "r": 4},
        "packing": True,
        "per_device_batch_size": None,
        "gradient_accumulation_steps": 4,
    },
}
PAIR = '''
"""Starts two processes that train the same phases."""
from tunesmith.hardware import Hardware
from tunesmith.stage import run_stage
from tunesmith.training.devices.launch import launched

def main():
    if not launched(Hardware(processes=2)):
        import phases
        phases.main()

run_stage(main)
'''
PHASES = '''
"""Trains the same phases in each of two processes."""
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import torch

from tests.tunesmith.training.devices.test_two_processes import one_training
from tunesmith.fast.model import FastModel
from tunesmith.hardware import Hardware
from tunesmith.training.callbacks import Progress
from tunesmith.training.devices.group import joined
from tunesmith.training.exact import ExactTrainer

WHOLE = [
    *(("ddp", "classes"), ("ddp", "pairs"), ("ddp", "packs")),
    *(("fsdp2", "lora"), ("fsdp2", "pairs")),
]
STOPPED = [("fsdp2", "full"), ("ddp", "packs")]
folder, fast_loss, on_log = Path(sys.argv[1]), FastModel.loss, Progress.on_log
step = ExactTrainer.training_step


def main():
    FastModel.loss, Progress.on_step_begin = noted, told
    with joined(Hardware(processes=2)) as group:
        ExactTrainer.training_step = within_4_rows
        trained("ddp-full-small", "full", group)  # the second process ends, and all start again
        ExactTrainer.training_step = step
        for strategy, kind in WHOLE:
            trained(f"{strategy}-{kind}", kind, replace(group, strategy=strategy))
        for strategy, kind in STOPPED:
            stopped(f"{strategy}-{kind}-stopped", kind, replace(group, strategy=strategy))


def trained(name, kind, group):
    (folder / f"now-{group.rank}").write_text(name)
    seed = 0 if group.sharded else group.rank  # of another adapter in the second, and order
    done = one_training(kind, folder, name, group, seed)
    if group.first:
        done.model.save_pretrained(folder / name)
        done.curves.to_csv(folder / f"{name}.csv")
        (folder / f"{name}.json").write_text(json.dumps(done.metrics))


def stopped(name, kind, group):
    Progress.on_log = stop_at_step_6
    try:
        trained(name, kind, group)
    except InterruptedError:
        Progress.on_log = on_log
        trained(name, kind, group)


def noted(self, batch):
    rank = os.environ["RANK"]
    name = (folder / f"now-{rank}").read_text()
    (folder / f"{name}-fast-{rank}").write_text(str(len(batch["targets"])))
    return fast_loss(self, batch)


def told(self, args, state, control, **_):
    if state.is_world_process_zero:
        name = (folder / "now-0").read_text()
        with (folder / f"{name}-steps").open("a") as steps:
            steps.write(f"{state.global_step} ")


def stop_at_step_6(self, args, state, control, **_):
    if state.global_step >= 6:
        raise InterruptedError


def within_4_rows(self, model, inputs, *args):
    if self.group.rank == 1 and self.state.global_step >= 5 and len(inputs["input_ids"]) > 4:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
    return step(self, model, inputs, *args)
'''


def one_training(
    kind: str, folder: Path, name: str, group: Group = ALONE, seed: int = 0
) -> Trained:
    """Train a case for eight steps of 16 rows, accumulated over two batches where it is a chat."""
    dials = {
        "from": "base",
        "with": "base",
        "epochs": 2,
        "learning_rate": 0.01,
        "per_device_batch_size": 8,
        "gradient_accumulation_steps": 2,
        "evaluations_per_epoch": 1,
        "max_length": 128,
        **CASES[kind],
    }
    rows = {"classes": CLASSES, "pairs": PAIRS}.get(kind, ROWS)
    base = "encoder" if kind == "classes" else "base"
    work = folder / "work" / name
    phase = Phase.model_validate(dials)
    with pytest.MonkeyPatch.context() as patch:
        if kind == "packs":
            patch.setattr("tunesmith.training.run.training_arguments", told_every_3_steps)
        return train(phase, folder / base, rows, rows[:37], work, seed, group=group)


def told_every_3_steps(*given: Any, **more: Any) -> Any:
    """Return the arguments of a longer epoch, whose checkpoints fall between two logged losses."""
    arguments = training_arguments(*given, **more)
    arguments.logging_steps = 3
    return arguments


@pytest.fixture(scope="module")
def pair(tiny_base: Path, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes have trained every case."""
    folder = tmp_path_factory.mktemp("pair")
    resolve(BaseParams(model=str(tiny_base))).write(folder / "base")
    shutil.copytree(tiny_encoder, folder / "without_dropout")
    config = json.loads((tiny_encoder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "without_dropout" / "config.json").write_text(json.dumps(config))
    resolve(BaseParams(model=str(folder / "without_dropout"))).write(folder / "encoder")
    (folder / "pair.py").write_text(PAIR)
    (folder / "phases.py").write_text(PHASES)
    done = run_pair(folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout").write_text(done.stdout)
    return folder


@pytest.fixture(scope="module")
def alone(pair: Path) -> dict[str, Trained]:
    """What one process makes of the same."""
    return {kind: one_training(kind, pair, kind) for kind in CASES}


WHOLE = ["ddp-classes", "ddp-pairs", "fsdp2-lora", "fsdp2-pairs", "ddp-packs"]
STOPPED = ["ddp-full-small", "fsdp2-full-stopped", "ddp-packs-stopped"]


@pytest.mark.parametrize("case", [*WHOLE, *STOPPED])
def test_two_processes_end_with_the_weights_of_one(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    alone[case.split("-")[1]].model.save_pretrained(pair / f"as-{case}")
    (file,) = [path.name for path in (pair / case).glob("*.safetensors")]
    one, two = load_file(pair / f"as-{case}" / file), load_file(pair / case / file)
    assert one.keys() == two.keys()
    for name, weight in one.items():
        torch.testing.assert_close(two[name], weight, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("case", [*WHOLE, *STOPPED])
def test_the_losses_are_those_of_one_process_and_fall(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    kind = case.split("-")[1]
    metrics = json.loads((pair / f"{case}.json").read_text())
    assert metrics == pytest.approx(alone[kind].metrics, abs=1e-5)
    one, two = alone[kind].curves, pd.read_csv(pair / f"{case}.csv", index_col=0)
    assert two["loss"].tolist() == pytest.approx(one["loss"].tolist(), abs=1e-5)
    falling = two[two["split"] == "train"]["loss"]
    assert falling.iloc[-1] < falling.iloc[0] - 0.1


@pytest.mark.parametrize(("case", "went_on"), list(zip(STOPPED, (4, 4, 5), strict=True)))
def test_a_stopped_run_went_on_from_its_checkpoint(pair: Path, case: str, went_on: int) -> None:
    steps = (pair / f"{case}-steps").read_text().split()
    curves = pd.read_csv(pair / f"{case}.csv", index_col=0)["step"]
    assert steps == [*map(str, range(6)), *map(str, range(went_on, curves.iloc[-1]))]


def test_a_process_without_enough_memory_has_both_go_on_with_less(pair: Path) -> None:
    assert (
        "ddp-full-small: out of memory (CUDA out of memory); per_device_batch_size 8 → 4, "
        "gradient_accumulation_steps 2 → 4: the same rows a step; "
        f"{pair / 'work/ddp-full-small/memory.json'} keeps what fits; all processes start again\n"
    ) in (pair / "stdout").read_text()


def test_both_processes_take_the_fast_path_in_packs_alone_and_one_ends_with_a_blank(
    pair: Path,
) -> None:
    taken = sorted(path.name for path in pair.glob("*-fast-*"))
    cases = ("ddp-packs", "ddp-packs-stopped")
    assert taken == [f"{case}-fast-{rank}" for case in cases for rank in (0, 1)]
    trained = [int((pair / f"ddp-packs-fast-{rank}").read_text()) for rank in (0, 1)]
    assert min(trained) == 0 < max(trained)
