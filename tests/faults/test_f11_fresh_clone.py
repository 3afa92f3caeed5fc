"""Somebody else clones the project."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import call


@pytest.mark.fault
def test_f11_in_a_fresh_clone_everything_is_pulled_or_left_alone_and_nothing_runs(
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[..., None],
) -> None:
    call("dvc", "remote", "add", "-q", "-d", "store", str(tmp_path / "store"))
    call("git", "commit", "-qam", "Name the remote")
    call("dvc", "push", "-q")
    for name in ("pulled", "bare"):
        call("git", "clone", "-q", ".", str(tmp_path / name))

    monkeypatch.chdir(tmp_path / "pulled")
    call("dvc", "pull", "-q")
    assert "up to date" in call("dvc", "status")
    assert Path("cleaned.txt").read_text() == "hello\n"

    monkeypatch.chdir(tmp_path / "bare")
    said = call("dvc", "repro", "--pull", "--allow-missing")
    assert "Running stage" not in said
    assert "up to date" in said
    assert call("git", "status", "--porcelain") == ""
    seen("pulled: status clean; `dvc repro --pull --allow-missing` without a pull: nothing ran")
