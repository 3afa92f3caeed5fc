"""Stages as DVC starts them: by the first Python on PATH."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_python_without_the_project_is_named_with_the_way_out() -> None:
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    bare = [sys.executable, "-S", "-m", "stages.base", "--help"]
    done = subprocess.run(bare, check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {sys.executable} has no tunesmith; activate")
    assert "Traceback" not in done.stderr


def test_asking_any_stage_for_help_loads_none_of_the_heavy_libraries(root: Path) -> None:
    heavy = "pandas torch transformers great_expectations scipy sklearn datasets"
    names = " ".join(f"stages.{path.stem}" for path in (root / "stages").glob("[a-z]*.py"))
    code = (
        "import importlib, sys\n"
        f"for name in '{names}'.split(): importlib.import_module(name)\n"
        f"print(*sorted(set('{heavy}'.split()) & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
