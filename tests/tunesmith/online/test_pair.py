"""Two processes that learn together give the answers of one, and end with its weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.conftest import ROOT
from tests.tunesmith.online.pair import learnt
from tests.tunesmith.online.training import weights

pytestmark = pytest.mark.slow


def test_two_processes_learn_as_one(base: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tunesmith.online.pair", str(tmp_path)]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    pair = json.loads((tmp_path / "pair.json").read_text())
    one = learnt(base, tmp_path / "one" / "rl")
    assert pair["curves"]["reward"] == one.curves["reward"].tolist()
    assert pair["curves"]["length"] == one.curves["length"].tolist()
    for name, weight in weights(one).items():
        assert torch.allclose(torch.tensor(pair["weights"][name]), weight, atol=1e-4)
