"""F16: a working copy with changes, without a branch, half-way through a merge, or of nobody."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import run_branch, workcopy
from tests.flows.conftest import call
from tunesmith.errors import UserError

pytestmark = pytest.mark.fault
Seen = Callable[..., None]


def edit() -> None:
    Path("raw.txt").write_text("unfinished\n")


def detach() -> None:
    call("git", "checkout", "-q", "--detach")


def forget_name() -> None:
    call("git", "config", "user.name", "")


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (edit, r"^raw\.txt: changed since the last commit; a delivered run is one that others"),
        (detach, r"^HEAD is detached, so no branch can take the run in; `git switch main`$"),
        (forget_name, r"^git does not know who commits; `git config user\.name"),
    ],
)
def test_f16_what_could_not_be_committed_is_refused_before_any_work(
    finished: Path, harm: Callable[[], None], error: str, seen: Seen
) -> None:
    harm()
    before = call("git", "status", "--porcelain", "--branch")
    workcopy.check()
    with pytest.raises(UserError, match=error):
        run_branch.begin()
    assert call("git", "status", "--porcelain", "--branch") == before
    assert "runs/" not in call("git", "branch")
    seen("refused before any work, with the way out")


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick"])
def test_f16_what_git_has_not_finished_is_refused_until_it_is(
    finished: Path, what: str, seen: Seen
) -> None:
    call("git", "checkout", "-qb", "other")
    Path("params.yaml").write_text("theirs: 1\n")
    call("git", "commit", "-qam", "Theirs")
    call("git", "checkout", "-q", "main")
    Path("params.yaml").write_text("ours: 1\n")
    call("git", "commit", "-qam", "Ours")
    subprocess.run(["git", what, "other"], check=False, capture_output=True)
    with pytest.raises(UserError, match=r"^params\.yaml: not merged yet"):
        workcopy.check()
    call("git", "add", "params.yaml")
    with pytest.raises(UserError, match=f"a git {what} is under way; finish it or `git {what} --a"):
        workcopy.check()
    call("git", what, "--abort")
    assert workcopy.check() == []
    seen("refused before any work, with the way out")
