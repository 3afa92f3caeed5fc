"""Two processes train to the weights of one: whole models under DDP, and models in shards."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from tests.tiny import chat_row
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
ROWS = [chat_row(i, f"say {i % 7}" + "x" * (i % 5), f"it is {'abcd'[i % 4]}") for i in range(64)]
METHODS = {"full": {"kind": "full"}, "lora": {"kind": "lora", "r": 4}}
ROOT = Path(__file__).resolve().parents[4]
PAIR = '''
"""Trains the same phases in one of two processes, which torchrun has started."""
import sys
from dataclasses import replace
from pathlib import Path

from tests.tunesmith.training.devices.test_two_processes import ROWS, phase
from tunesmith.hardware import Hardware
from tunesmith.stage import run_stage
from tunesmith.training.callbacks import Progress
from tunesmith.training.devices.group import joined
from tunesmith.training.run import train

CASES = [("ddp", "full"), ("fsdp2", "full"), ("fsdp2", "lora")]
folder = Path(sys.argv[1])


def trained(name, kind, group):
    done = train(phase(kind), folder / "base", ROWS, ROWS[:9], folder / "work" / name, 0, group)
    if group.first:
        phase(kind).method.save(done.model, folder / name)
        done.curves.to_csv(folder / f"{name}.csv")


def main():
    with joined(Hardware(processes=2)) as group:
        for strategy, kind in CASES:
            trained(f"{strategy}-{kind}", kind, replace(group, strategy=strategy))
        shards, on_log = replace(group, strategy="fsdp2"), Progress.on_log
        Progress.on_log = stop_at_step_5
        try:
            trained("fsdp2-stopped", "full", shards)
        except InterruptedError:
            Progress.on_log, Progress.on_step_begin = on_log, told
            trained("fsdp2-stopped", "full", shards)


def told(self, args, state, control, **_):
    if state.is_world_process_zero and not (folder / "first_step.txt").exists():
        (folder / "first_step.txt").write_text(str(state.global_step))


def stop_at_step_5(self, args, state, control, **_):
    if state.global_step >= 5:
        raise InterruptedError


run_stage(main)
'''


def phase(kind: str) -> Phase:
    """Return a phase of eight steps of 16 rows, half of them accumulated."""
    return Phase.model_validate(
        {
            "from": "base",
            "with": "base",
            "task": "chat",
            "method": METHODS[kind],
            "epochs": 2,
            "learning_rate": 0.01,
            "per_device_batch_size": 8,
            "gradient_accumulation_steps": 2,
            "evaluations_per_epoch": 1,
            "max_length": 128,
        }
    )


@pytest.fixture(scope="module")
def pair(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes have trained every case."""
    folder = tmp_path_factory.mktemp("pair")
    resolve(BaseParams(model=str(tiny_base))).write(folder / "base")
    (folder / "pair.py").write_text(PAIR)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        [*command, "--standalone", "pair.py", str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def alone(pair: Path) -> dict[str, Trained]:
    """What one process makes of the same."""
    return {
        kind: train(phase(kind), pair / "base", ROWS, ROWS[:9], pair / "work" / kind, 0)
        for kind in METHODS
    }


def weights_of(model: Any, folder: Path, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a model would save and what two processes have saved."""
    phase(kind).method.save(model, folder / f"alone-{kind}")
    names = {"full": "model.safetensors", "lora": "adapter_model.safetensors"}
    return load_file(folder / f"alone-{kind}" / names[kind]), load_file(folder / names[kind])


@pytest.mark.parametrize("case", ["ddp-full", "fsdp2-full", "fsdp2-lora", "fsdp2-stopped"])
def test_two_processes_end_with_the_weights_of_one(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    kind = "lora" if "lora" in case else "full"
    one, two = weights_of(alone[kind].model, pair / case, kind)
    assert one.keys() == two.keys()
    for name, weight in one.items():
        torch.testing.assert_close(two[name], weight, atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("case", ["ddp-full", "fsdp2-full", "fsdp2-lora"])
def test_the_losses_are_those_of_one_process_and_fall(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    one = alone["lora" if "lora" in case else "full"].curves
    two = pd.read_csv(pair / f"{case}.csv", index_col=0)
    one_loss, two_loss = (c[c["split"] == "train"]["loss"].tolist() for c in (one, two))
    assert two_loss == pytest.approx(one_loss, abs=1e-5)
    assert two_loss[-1] < two_loss[0] - 0.3


def test_a_stopped_run_in_shards_went_on_from_its_checkpoint(pair: Path) -> None:
    steps = pd.read_csv(pair / "fsdp2-stopped.csv", index_col=0)["step"]
    first_steps = (pair / "first_step.txt").read_text()
    assert (first_steps, steps.iloc[-1]) == ("4", 8)
