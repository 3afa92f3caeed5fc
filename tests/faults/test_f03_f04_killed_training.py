"""The flow is killed, or asked to end, in the middle of a real training."""

import re
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from flows.runner import reproduce
from tests.flows.conftest import call, start
from tests.flows.toy import gone_within, locked, retrain, table
from tests.tiny import chat_row
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import to_frame, write_rows
from tunesmith.training.checkpoints import SEAL, by_step, damage

pytestmark = [pytest.mark.fault, pytest.mark.flow, pytest.mark.slow]
if sys.platform != "linux":
    pytest.skip("the parent's death signal is Linux's", allow_module_level=True)
DVC_YAML = """\
stages:
  train:
    cmd: >-
      python -m stages.train --phase sft --start base --with base
      --rows rows.parquet --validation rows.parquet --rewards rewards --forgotten forgotten.csv
      --model models/sft
      --curves curves.csv --outcome outcome.json --efficiency .work/efficiency.json
    deps: [base, rows.parquet]
    params: [seed, phases.sft]
    outs: [models/sft, curves.csv, outcome.json]
  after:
    cmd: cp models/sft/adapter_model.safetensors after.safetensors
    deps: [models/sft]
    outs: [after.safetensors]
"""
PARAMS = """\
seed: 0
phases:
  sft:
    {from: base, with: base, task: chat, method: {kind: lora, r: 4, dropout: 0.1},
     epochs: 30, learning_rate: 0.01}
"""
STEPS, KILLED_AFTER = 30, 10


@pytest.fixture(scope="module")
def template(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that trains a tiny model for real; nothing has run."""
    folder = tmp_path_factory.mktemp("training") / "toy"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("forgotten.csv").write_text("kind,name\n")
        Path("dvc.yaml").write_text(DVC_YAML)
        Path("params.yaml").write_text(PARAMS)
        resolve(BaseParams(model=str(tiny_base))).write(Path("base"))
        rows = to_frame([chat_row(i, f"say {i % 4}", "yes") for i in range(12)])
        write_rows(Path("rows.parquet"), rows)
        Path(".gitignore").write_text("/.work\n")
        call("git", "init", "-q", "-b", "main")
        call("dvc", "init", "-q")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Begin")
    return folder


@pytest.fixture(scope="module")
def undisturbed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dvc.lock holds after a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "toy"
    shutil.copytree(template, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in ("train", "after"):
            reproduce(stage)
        return locked()


@pytest.fixture
def project(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_home: Callable[[], None],
) -> Path:
    """A copy of the project, entered, with a Prefect that need not be set up."""
    shutil.copytree(template, tmp_path / "toy")
    monkeypatch.chdir(tmp_path / "toy")
    with_home()
    return tmp_path / "toy"


def checkpoints() -> list[Path]:
    """Return the whole checkpoints of the training, oldest first."""
    folders = Path(".work/train").glob("*/sft")
    return [one for folder in folders for one in by_step(folder) if damage(one) is None]


def steps(out: str) -> list[int]:
    """Return the steps of which a training has told."""
    return [int(step) for step in re.findall(rf"^train \| sft: step (\d+)/{STEPS},", out, re.M)]


def test_f3_a_flow_killed_while_it_trains_leaves_no_process_and_the_next_run_goes_on(
    project: Path, undisturbed: dict[str, Any], seen: Callable[..., None]
) -> None:
    ended = ended_in_the_middle(signal.SIGKILL, "Running")
    goes_on(ended, undisturbed, seen)


def test_f4_a_flow_asked_to_end_while_it_trains_does_so_and_the_next_run_goes_on(
    project: Path,
    undisturbed: dict[str, Any],
    seen: Callable[..., None],
    api: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = ended_in_the_middle(signal.SIGTERM, "Crashed")
    monkeypatch.setenv("PREFECT_API_URL", api)  # the next run needs no server of its own here
    goes_on(ended, undisturbed, seen)


class Ended(NamedTuple):
    """A training that was ended: after which step, what of it was lost, and how fast it went."""

    step: int
    lost_seconds: float
    gone_seconds: float


def ended_in_the_middle(number: signal.Signals, state: str) -> Ended:
    """End the flow while it trains, and see that nothing is left."""
    process = start()
    assert process.stdout is not None
    mark = f"train | sft: step {KILLED_AFTER}/{STEPS},"
    assert any(line.startswith(mark) for line in process.stdout)
    family = psutil.Process(process.pid).children(recursive=True)
    assert any("stages.train" in one.cmdline() for one in family)
    killed = time.time()
    process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode in (128 + number, -number)
    assert gone_within(30.0, family)
    gone = time.time() - killed

    assert not locked()
    assert not Path("models/sft").exists()
    with sqlite3.connect(".work/prefect/prefect.db") as database:
        assert database.execute("select state_name from flow_run").fetchall() == [(state,)]
    newest = checkpoints()[-1]
    left = int(newest.name.rpartition("-")[2])
    assert left >= KILLED_AFTER - 1
    return Ended(left, max(0.0, killed - (newest / SEAL).stat().st_mtime), gone)


def goes_on(ended: Ended, undisturbed: dict[str, Any], seen: Callable[..., None]) -> None:
    """See that the next run goes on where the other was ended, and comes to the same bytes."""
    code, out, err = retrain()
    assert (code, err) == (0, "")
    assert steps(out)[0] == ended.step + 1
    assert table(out) == {"train": "Ran", "after": "Ran"}
    assert locked() == undisturbed, "not the bytes of an undisturbed run"
    seen(
        f"all processes gone after {ended.gone_seconds:.1f} s; ended after step {ended.step} of "
        f"{STEPS}, the next run went on there; the same bytes as undisturbed",
        lost_seconds=ended.lost_seconds,
    )
