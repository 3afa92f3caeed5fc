"""Two processes train to the weights of one: whole models under DDP, and models in shards."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from tests.tiny import chat_row, label_row
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.devices.group import ALONE, Group
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
ROWS = [chat_row(i, f"say {i % 7}" + "x" * (i % 5), f"it is {'abcd'[i % 4]}") for i in range(59)]
CLASSES = [
    label_row(i, ("bad" if i % 3 else "good ") + "xy" * (i % 4), "ny"[i % 3 == 0])
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
}
ROOT = Path(__file__).resolve().parents[4]
PAIR = '''
"""Trains the same phases in one of two processes, which torchrun has started."""
import sys
from dataclasses import replace
from pathlib import Path

from tests.tunesmith.training.devices.test_two_processes import one_training
from tunesmith.hardware import Hardware
from tunesmith.stage import run_stage
from tunesmith.training.callbacks import Progress
from tunesmith.training.devices.group import joined

CASES = [("ddp", "full"), ("ddp", "classes"), ("fsdp2", "full"), ("fsdp2", "lora")]
folder = Path(sys.argv[1])


def trained(name, kind, group):
    done = one_training(kind, folder, name, group)
    if group.first:
        done.model.save_pretrained(folder / name)
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


def one_training(kind: str, folder: Path, name: str, group: Group = ALONE) -> Trained:
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
    rows, base = (CLASSES, "encoder") if kind == "classes" else (ROWS, "base")
    work = folder / "work" / name
    phase = Phase.model_validate(dials)
    return train(phase, folder / base, rows, rows[:40], work, 0, group=group)


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
    return {kind: one_training(kind, pair, kind) for kind in CASES}


@pytest.mark.parametrize(
    "case", ["ddp-full", "ddp-classes", "fsdp2-full", "fsdp2-lora", "fsdp2-stopped"]
)
def test_two_processes_end_with_the_weights_of_one(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    model = alone[case.partition("-")[2].replace("stopped", "full")].model
    model.save_pretrained(pair / f"as-{case}")
    file = "adapter_model.safetensors" if "lora" in case else "model.safetensors"
    one, two = load_file(pair / f"as-{case}" / file), load_file(pair / case / file)
    assert one.keys() == two.keys()
    for name, weight in one.items():
        torch.testing.assert_close(two[name], weight, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("case", ["ddp-full", "ddp-classes", "fsdp2-full", "fsdp2-lora"])
def test_the_losses_are_those_of_one_process_and_fall(
    pair: Path, alone: dict[str, Trained], case: str
) -> None:
    one = alone[case.partition("-")[2]].curves
    two = pd.read_csv(pair / f"{case}.csv", index_col=0)
    assert two["loss"].tolist() == pytest.approx(one["loss"].tolist(), abs=1e-5)
    falling = two[two["split"] == "train"]["loss"]
    assert falling.iloc[-1] < falling.iloc[0] - 0.1


def test_a_stopped_run_in_shards_went_on_from_its_checkpoint(pair: Path) -> None:
    steps = pd.read_csv(pair / "fsdp2-stopped.csv", index_col=0)["step"]
    first_steps = (pair / "first_step.txt").read_text()
    assert (first_steps, steps.iloc[-1]) == ("4", 8)
