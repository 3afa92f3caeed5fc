"""A stage ends half-way through writing its out: killed, or by itself with an error."""

from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import pytest

from flows.runner import Outcome, reproduce
from tests.flows.toy import (
    add_python_stage,
    gone_within,
    locked,
    outcomes,
    retrain,
    under_way,
)

pytestmark = pytest.mark.fault
MENDED = "cat $1\n"
BREAKS = "echo half\necho 'error: rows.csv:3: no id; add one' >&2\nexit 1\n"


def test_f8_a_stage_killed_half_way_is_not_recorded_and_is_run_again(
    fresh: Path, seen: Callable[..., None]
) -> None:
    add_python_stage(
        "half",
        "import os, time\nopen('half.txt', 'w').write('half')\nprint('up', flush=True)\n"
        "time.sleep(0 if os.path.exists('again') else 60)\nopen('half.txt', 'w').write('whole')\n",
    )
    reproduce("collect")
    with under_way("half") as (runner, family):
        runner.kill()
        assert gone_within(5.0, list(family.values()))
    assert Path("half.txt").read_text() == "half"
    assert list(locked()) == ["collect"]
    Path("again").touch()
    assert reproduce("collect") is Outcome.UNCHANGED
    assert reproduce("half") is Outcome.RAN
    assert Path("half.txt").read_text() == "whole"
    seen("killed half-way: its half out neither recorded nor kept; run again, and whole")


@pytest.mark.flow
def test_f8_a_stage_that_fails_half_way_is_not_recorded_and_only_it_and_what_follows_run_again(
    fresh: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    Path("clean.sh").write_text(BREAKS)
    code, out, err = retrain()
    assert (code, err) == (1, "retrain stopped at clean: rows.csv:3: no id; add one\n")
    assert outcomes(out) == ["Ran", "Failed", "Not run", "Not run", "Not run"]
    half = Path("cleaned.txt").read_bytes()
    assert half == b"half\n"
    assert list(locked()) == ["collect"]
    assert not in_cache(half)

    Path("clean.sh").write_text(MENDED)
    code, out, err = retrain()
    assert (code, err) == (0, "")
    assert outcomes(out) == ["Unchanged", "Ran", "Ran", "Ran", "Ran"]
    assert Path("cleaned.txt").read_text() == "hello\n"
    assert not in_cache(half)
    seen("its half out neither in dvc.lock nor in the cache; mended, it and 3 more ran")


def in_cache(content: bytes) -> bool:
    """Tell whether DVC's cache holds this content."""
    name = md5(content).hexdigest()
    return Path(".dvc/cache/files/md5", name[:2], name[2:]).exists()
