"""One of two processes is killed; the stage is started again and ends as if nothing had been.

On a CPU under DDP with the same weights bit for bit (a logged loss, a mean over processes, may
differ in its last digit); on two GPUs (`pytest -m gpu`) under DDP and FSDP2, with the same rows.
"""

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from tests.tunesmith.methods.trying import describe
from tests.tunesmith.training.devices.pairs import run_pair

PAIR = '''
"""Starts two processes that train one phase."""
import sys
from tunesmith.hardware import Hardware
from tunesmith.stage import run_stage
from tunesmith.training.devices.launch import launched

HARDWARE = Hardware(processes=2, strategy=sys.argv[2])

def main():
    if not launched(HARDWARE):
        import one
        one.main(HARDWARE)

run_stage(main)
'''
ONE = '''
"""Trains one phase in one of two processes, which may be killed in the middle."""
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

from tests.tunesmith.training.devices.test_two_processes import one_training
from tests.tunesmith.training.killed import fingerprints
from tunesmith.training.devices.group import joined
from tunesmith.training.exact import ExactTrainer

folder, _, kind, name, killed = Path(sys.argv[1]), *sys.argv[2:]
step = ExactTrainer.training_step


def noted(self, model, inputs, *args):
    now, rank = self.state.global_step, self.group.rank
    if killed == "killed" and rank == 1 and now == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    rows = hashlib.sha256(inputs["input_ids"].cpu().numpy().tobytes()).hexdigest()
    with (folder / f"{name}-{killed}-{rank}").open("a") as seen:
        seen.write(f"{now} {rows}\\n")
    return step(self, model, inputs, *args)


def main(hardware):
    ExactTrainer.training_step = noted
    with joined(hardware) as group:
        done = one_training(kind, folder, name, group)
        if group.first:
            done.model.save_pretrained(folder / name / "model")
            done.curves.to_csv(folder / name / "curves.csv", index=False)
            (folder / name / "said.json").write_text(json.dumps(fingerprints(done)))
'''


def rows_of(folder: Path, name: str) -> dict[str, list[str]]:
    """Return what each process saw in each step, by process and step."""
    found: dict[str, list[str]] = {}
    for rank in (0, 1):
        for line in (folder / f"{name}-{rank}").read_text().splitlines():
            now, rows = line.split()
            found.setdefault(f"{rank}: {now}", []).append(rows)
    return found


def killed_and_gone_on(base: Path, folder: Path, strategy: str, kind: str) -> None:
    """Train whole, then killed and gone on; rows and steps must be the same."""
    describe(base, folder / "base")
    (folder / "pair.py").write_text(PAIR)
    (folder / "one.py").write_text(ONE)
    for name in ("whole", "again"):
        (folder / name).mkdir()
    whole = run_pair(folder, strategy, kind, "whole", "not")
    assert whole.returncode == 0, whole.stderr
    killed = run_pair(folder, strategy, kind, "again", "killed")
    assert killed.returncode == 1, killed.stderr
    assert "was ended by SIGKILL" in killed.stderr
    assert not (folder / "again" / "said.json").exists()
    again = run_pair(folder, strategy, kind, "again", "not")
    assert again.returncode == 0, again.stderr
    seen, expected = rows_of(folder, "again-not"), rows_of(folder, "whole-not")
    assert 0 < len(seen) < len(expected)  # it did not begin anew
    assert seen == {step: rows for step, rows in expected.items() if step in seen}


def said(folder: Path, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / name / "said.json").read_text())
    return found


@pytest.mark.slow
def test_a_pair_of_which_one_is_killed_ends_with_the_same_weights(
    tiny_base: Path, tmp_path: Path
) -> None:
    killed_and_gone_on(tiny_base, tmp_path, "ddp", "packs")
    again, whole = said(tmp_path, "again"), said(tmp_path, "whole")
    assert (again["weights"], again["outcome"]) == (whole["weights"], whole["outcome"])
    losses, expected = (
        pd.read_csv(tmp_path / name / "curves.csv")["loss"] for name in ("again", "whole")
    )
    assert losses.tolist() == pytest.approx(expected.tolist(), abs=1e-6)


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="no two CUDA devices")
@pytest.mark.parametrize(
    ("strategy", "kind"), [("ddp", "packs"), ("ddp", "full"), ("fsdp2", "lora"), ("fsdp2", "full")]
)
def test_two_gpus_of_which_one_is_killed_see_the_same_rows_and_end_alike(
    tiny_base: Path, tmp_path: Path, strategy: str, kind: str
) -> None:
    killed_and_gone_on(tiny_base, tmp_path, strategy, kind)
    one, two = said(tmp_path, "whole"), said(tmp_path, "again")
    print(f"{strategy} {kind}: the same bits: {one == two}")
    (file,) = [path.name for path in (tmp_path / "whole" / "model").glob("*.safetensors")]
    weights, other = (load_file(tmp_path / n / "model" / file) for n in ("whole", "again"))
    assert weights.keys() == other.keys()
    for name, weight in weights.items():
        torch.testing.assert_close(other[name], weight, atol=1e-4, rtol=1e-3)
