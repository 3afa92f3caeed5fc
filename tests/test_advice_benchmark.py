"""The estimate of a training's memory is held against what a training really takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.advice import EXACT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it"),
]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_the_estimate_is_within_a_quarter_of_the_measured_peak(root: Path, method: str) -> None:
    words = ["--one", method, "16", "256", "0", "0"]
    command = [sys.executable, "-m", "benchmarks.advice", *words]
    env = {**os.environ, **EXACT, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["estimate"] == pytest.approx(found["measured"], rel=0.25)
