"""The clock is set an hour forward and two hours back while a stage runs."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.conftest import start
from tests.flows.toy import edit
from tunesmith.prediction import kept
from tunesmith.training import token_cache

pytestmark = pytest.mark.fault
Seen = Callable[..., None]
CLOCK = """
import os, time
from contextlib import suppress

_real = time.time
_real_ns = time.time_ns

def _offset():
    with suppress(OSError, ValueError), open(os.environ["CLOCK"]) as file:
        return int(file.read())
    return 0

time.time = lambda: _real() + _offset()
time.time_ns = lambda: _real_ns() + _offset() * 10**9
"""
JUMPS = "echo 3600 > $CLOCK; sleep 0.5; echo -3600 > $CLOCK; cat $1\n"


def outs(lock: Path) -> dict[str, Any]:
    """Return what each stage has made."""
    stages = yaml.safe_load(lock.read_text())["stages"]
    return {name: stage["outs"] for name, stage in stages.items()}


@pytest.mark.flow
def test_clock_jump_changes_no_result_and_no_time_that_is_told(
    fresh: Path,
    finished_template: Path,
    api: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: Seen,
) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard/sitecustomize.py").write_text(CLOCK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "guard"), prepend=os.pathsep)
    monkeypatch.setenv("CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("PREFECT_API_URL", api)
    Path("clean.sh").write_text(JUMPS)
    edit("dvc.yaml", "outs: [cleaned.txt]", "outs: [cleaned.txt]\n    meta: {timeout_minutes: 9}")
    process = start()
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    told = [float(seconds) for seconds in re.findall(r"ran after (-?[\d.]+) s", out)]
    assert len(told) == 5
    assert all(0 < seconds < 300 for seconds in told), told
    assert outs(Path("dvc.lock")) == outs(finished_template / "dvc.lock")
    seen("results and told times are those of an undisturbed run; no timeout fired")


def test_clock_jump_does_not_evict_what_was_just_kept(tmp_path: Path, seen: Seen) -> None:
    for number in range(kept.KEPT):
        newer = tmp_path / "kept" / str(number)
        newer.mkdir(parents=True)
        os.utime(newer, (4e9, 4e9))
    (tmp_path / "rows.txt").write_text("x")
    kept.keep(tmp_path / "kept/mine", "base", {"rows": tmp_path / "rows.txt"})
    assert (tmp_path / "kept/mine/rows").exists()
    assert len(list((tmp_path / "kept").iterdir())) == kept.KEPT
    for number in range(token_cache.KEPT):
        newer = tmp_path / f"{number}.safetensors"
        newer.touch()
        os.utime(newer, (4e9, 4e9))
    rows = [{"input_ids": [1], "labels": [1]}]
    token_cache.cached(tmp_path, "key", [], lambda: rows)
    left = [path.name for path in tmp_path.glob("*.safetensors") if len(path.stem) > 1]
    assert len(left) == 1
    assert len(list(tmp_path.glob("*.safetensors"))) == token_cache.KEPT
    seen("predictions and tokens just kept stay, whatever the clock says")
