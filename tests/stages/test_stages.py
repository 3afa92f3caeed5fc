"""Stages as DVC starts them: by the first Python on PATH."""

import os
import subprocess
import sys


def test_a_python_without_the_project_is_named_with_the_way_out() -> None:
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    bare = [sys.executable, "-S", "-m", "stages.base", "--help"]
    done = subprocess.run(bare, check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {sys.executable} has no tunesmith; activate")
    assert "Traceback" not in done.stderr
