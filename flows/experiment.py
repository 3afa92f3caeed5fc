"""DVC experiments by name: run one, find what it has measured, and clear what a killed one left."""

import json
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows import remote, runner
from flows.repository import git, succeeds
from tunesmith.errors import UserError

FOLDERS = Path(".dvc/tmp/exps/standalone")
NOTES = Path(".dvc/tmp/exps/run")
_BEGUN = ("Running stage ", "Stage '", "'")
_STARTING = threading.Lock()  # DVC stashes and takes back what is changed here while one starts


def run(name: str, stage: str, dials: Sequence[str], on_line: Callable[[str], None]) -> None:
    """Run an experiment; nothing of it stays in temporary folders, however it ends.

    One of that name is replaced. (`--force` would do so too, and run every stage again.)

    Raises:
        StageFailed: it failed.
        BaseException: of `on_line`; the experiment is ended then.
    """
    forget(name)
    _STARTING.acquire()
    is_starting = True

    def hear(line: str) -> None:
        nonlocal is_starting
        if is_starting and line.startswith(_BEGUN):
            is_starting = False
            _STARTING.release()
        on_line(line)

    try:
        runner.experiment(name, stage, dials, on_line=hear)
    finally:
        if is_starting:
            _STARTING.release()
        clear(name)


def forget(name: str) -> None:
    """Remove an experiment, if there is one of that name; DVC's cache keeps what it has made."""
    while (ref := ref_of(name)) is not None:
        git("update-ref", "-d", ref)


def fetch(name: str) -> None:
    """Fetch an experiment from origin: what it has measured, not the data that it has made.

    Raises:
        UserError: origin does not have it, or does not answer.
    """
    listed = git("ls-remote", "origin", f"refs/exps/*/{name}").splitlines()
    if not listed:
        raise UserError(f"origin has no experiment {name}; its worker did not push it")
    ref = listed[-1].split("\t")[1]
    git("fetch", "--quiet", "--force", "origin", f"{ref}:{ref}")


def give(name: str) -> None:
    """Send what an experiment has made to the DVC remote, then the experiment to origin.

    Its commit is checked out for that. (`dvc exp push` takes a remote's path that is relative for
    one from the root of the disk, and leaves metrics out, without which DVC restores no stage.)

    Raises:
        UserError: the remote or origin did not take it.
    """
    ref = ref_of(name)
    assert ref is not None
    git("checkout", "--quiet", "--force", "--detach", ref)
    remote.send(of_git=True)
    git("push", "--quiet", "--force", "origin", f"{ref}:{ref}")


def clear(name: str) -> None:
    """Remove folder and note of an experiment that does not run any more."""
    for note in NOTES.glob("*/*.run"):
        try:
            told = json.loads(note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if told.get("name") != name:
            continue
        folder = Path(str(told.get("root_dir")))
        if folder.parent == FOLDERS.absolute():
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(note.parent, ignore_errors=True)


def ref_of(name: str) -> str | None:
    """Return the git ref of an experiment, the newest of that name; None where there is none."""
    listed = git("for-each-ref", "--sort=-creatordate", "--format=%(refname)", "refs/exps")
    refs = (ref for ref in listed.splitlines() if ref.startswith("refs/exps/"))
    return next((ref for ref in refs if ref.rpartition("/")[2] == name), None)


def report_of(name: str, path: str) -> Any:
    """Return a JSON file of an experiment, None where it or the experiment is not there."""
    ref = ref_of(name)
    if ref is None or not succeeds("cat-file", "-e", f"{ref}:{path}"):
        return None
    return json.loads(git("show", f"{ref}:{path}"))
