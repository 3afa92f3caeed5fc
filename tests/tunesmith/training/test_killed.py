"""A training whose process is killed ends with the same weights as one that never was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.tunesmith.training.killed import MOMENTS
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tries(
    tiny_base: Path, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, dict[str, Any]]]:
    """By kind: what came of trainings killed at some moments, and of one that was not."""
    folder = tmp_path_factory.mktemp("killed")
    resolve(BaseParams(model=str(tiny_base))).write(folder / "base")
    resolve(BaseParams(model=str(tiny_encoder))).write(folder / "encoder")
    command = [sys.executable, "-m", "tests.tunesmith.training.killed", str(folder)]
    known = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(known)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for record in records:
        found.setdefault(record["kind"], {})[record["moment"]] = record | {"said": done.stdout}
    return found


@pytest.mark.parametrize("kind", MOMENTS)
def test_it_ends_with_the_same_weights_curves_and_metrics(
    tries: dict[str, dict[str, Any]], kind: str
) -> None:
    found = tries[kind]
    whole = found["none"]["again"]
    assert len(whole) == 4
    assert len(found) == 1 + len(MOMENTS[kind])
    assert {moment: one["again"] for moment, one in found.items()} == dict.fromkeys(found, whole)


def test_each_process_was_ended_at_its_moment(tries: dict[str, dict[str, Any]]) -> None:
    lora, full = tries["lora"], tries["full"]
    assert {m: one["ended"] for m, one in (lora | full).items() if m != "none"} == {
        "batch 3": -9,
        "batch 21": -9,
        "batch 29": 143,
        "file 7": -9,
        "seal 3": -9,
        "end 1": -9,
    }
    assert lora["batch 3"]["left"] == []
    assert lora["batch 21"]["left"][-1] == "checkpoint-9"  # 6 steps an epoch


def test_a_wish_to_stop_is_answered_with_a_checkpoint_of_that_step(
    tries: dict[str, dict[str, Any]],
) -> None:
    stopped = tries["full"]["batch 29"]
    assert stopped["left"][-1] == "checkpoint-16"
    assert "batch-29: stopped after step 16; the next run goes on there" in stopped["said"]


def test_a_checkpoint_that_was_not_finished_is_told_of_and_the_one_before_it_used(
    tries: dict[str, dict[str, Any]],
) -> None:
    said = tries["lora"]["none"]["said"]
    assert "file-7: checkpoint-6 was not finished; going on from checkpoint-3" in said
    assert "seal-3: checkpoint-9 was not finished; going on from checkpoint-6" in said
