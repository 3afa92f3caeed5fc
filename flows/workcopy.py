"""Checks that this working copy can be retrained in, and keeps a second run out of it."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.dag import DVC_LOCK
from flows.repository import changed_files, git, some
from tunesmith.errors import UserError

RUN_LOCK = Path(".dvc/tmp/retrain.lock")
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


def check(*, require_clean: bool = False, pull: bool = False) -> list[str]:
    """Return the tracked files that differ from the last commit, if a run may start here.

    Local changes to code, params and dvc.yaml are fine: DVC records what was run, whatever git
    knows of it. What is refused is a state in which dvc.lock cannot be trusted.

    Raises:
        UserError: not the root of a git and DVC project; a merge, rebase or the like is under
            way; dvc.lock holds conflict markers; `pull` without a dvc.lock; or
            `require_clean` and a tracked file differs.
    """
    _check_place()
    _check_nothing_under_way()
    _check_dvc_lock(pull=pull)
    changed = changed_files()
    if require_clean and changed:
        raise UserError(
            f"{some(changed)}: changed since the last commit; commit or stash, "
            "or leave --require-clean out"
        )
    return changed


def _check_place() -> None:
    """Refuse any folder that is not the root of a project under git and DVC."""
    try:
        root = Path(git("rev-parse", "--show-toplevel"))
    except UserError:
        raise UserError("no git repository here; run from the project's root folder") from None
    if not Path(".dvc").is_dir():
        hint = f"change to {root} first" if (root / ".dvc").is_dir() else "run `dvc init` first"
        raise UserError(f"no DVC repository in this folder; {hint}")


def _check_nothing_under_way() -> None:
    """Refuse unmerged files and a merge, rebase, cherry-pick or revert that is not finished."""
    unmerged = git("diff", "--name-only", "--diff-filter=U").splitlines()
    if unmerged:
        raise UserError(f"{some(unmerged)}: not merged yet; resolve and `git add`, then run again")
    for name, what in _UNFINISHED.items():
        if Path(git("rev-parse", "--git-path", name)).exists():
            raise UserError(f"a git {what} is under way; finish it or `git {what} --abort` first")


def _check_dvc_lock(*, pull: bool) -> None:
    """Refuse a dvc.lock with conflict markers, and a pull when there is none."""
    if not DVC_LOCK.exists():
        if pull:
            raise UserError(
                f"{DVC_LOCK}: no such file, so nothing says what to pull; leave --pull out, "
                "or check out a commit that has it"
            )
        return
    text = DVC_LOCK.read_text(encoding="utf-8")
    if marker := re.search(r"^(<{7}|={7}|>{7})", text, flags=re.MULTILINE):
        line = text.count("\n", 0, marker.start()) + 1
        raise UserError(
            f"{DVC_LOCK}:{line}: conflict marker; take one side with "
            f"`git checkout --theirs {DVC_LOCK}` (or --ours), then run again: "
            "stages that do not fit it are run or restored"
        )


class Busy(UserError):  # noqa: N818
    """Another run is under way in this working copy."""


@contextmanager
def claimed() -> Iterator[None]:
    """Hold this working copy for one run; the lock goes with the process, however it ends.

    Raises:
        Busy: another run holds it.
    """
    RUN_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with RUN_LOCK.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise Busy(
                f"another retrain is running in this working copy (process {handle.read() or '?'});"
                " wait for it, or use a clone of your own"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
