"""Where a run may start, and that only one does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import workcopy
from flows.repository import some
from tunesmith.errors import UserError

CLAIM = """
from flows.workcopy import claimed
with claimed():
    print("mine", flush=True)
    input()
"""


def test_a_clean_project_is_fine(fresh: Path) -> None:
    assert workcopy.check(require_clean=True) == []


def test_changed_tracked_files_are_named_and_refused_only_on_demand(fresh: Path) -> None:
    Path("params.yaml").write_text("clean: {}\n")
    Path("untracked.txt").touch()
    assert workcopy.check() == ["params.yaml"]
    with pytest.raises(UserError, match=r"^params\.yaml: changed since the last commit; commit"):
        workcopy.check(require_clean=True)


def test_a_project_without_a_commit_is_fine(fresh: Path, run: Callable[..., str]) -> None:
    run("git", "update-ref", "-d", "HEAD")
    assert workcopy.check() == []


def test_many_names_are_cut_short() -> None:
    assert some(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_a_folder_without_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UserError, match="no git repository here"):
        workcopy.check()


def test_a_folder_without_dvc_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run("git", "init", "-q")
    with pytest.raises(UserError, match="`dvc init` first"):
        workcopy.check()


def test_a_folder_inside_the_project_points_to_its_root(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    with pytest.raises(UserError, match=f"change to {fresh} first"):
        workcopy.check()


def test_a_pull_needs_a_dvc_lock(fresh: Path) -> None:
    workcopy.check()
    with pytest.raises(UserError, match=r"^dvc\.lock: no such file"):
        workcopy.check(pull=True)


def test_a_second_run_is_kept_out_until_the_first_ends(fresh: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", CLAIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "mine\n"
    with pytest.raises(UserError, match=rf"\(process {first.pid}\)"), workcopy.claimed():
        pass
    first.kill()
    first.communicate()
    with workcopy.claimed():
        assert Path(".dvc/tmp/retrain.lock").read_text() == str(os.getpid())
