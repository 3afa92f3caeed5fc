"""Delivered runs of the toy project, and what they left at its origin."""

import json
from pathlib import Path

from tests.flows.conftest import call, start


def deliver() -> tuple[int, str]:
    """Return exit code and errors of one delivered run."""
    process = start("--deliver")
    _, err = process.communicate(timeout=600)
    return process.returncode, err


def change(text: str) -> None:
    """Change the data, as a team would: committed and pushed."""
    Path("raw.txt").write_text(text)
    call("git", "commit", "-qam", "New data")
    call("git", "push", "-q", "origin", "main")


def at_origin(ref: str) -> str:
    """Return the commit that a ref of origin names."""
    return call("git", "--git-dir", "../origin.git", "rev-parse", ref).strip()


def refs() -> list[str]:
    """Return the names of origin's branches and tags, that of a run without its slug."""
    out = call("git", "--git-dir", "../origin.git", "for-each-ref", "--format=%(refname)")
    return sorted(line.removeprefix("refs/") for line in out.splitlines())


def subjects(ref: str) -> list[str]:
    """Return the subjects of the commits since the first, without the names of runs."""
    lines = call("git", "log", "--reverse", "--format=%s", ref).splitlines()
    return [line.split(": ")[-1] if line.startswith("Retrain") else line for line in lines]


def trailer(ref: str, key: str) -> str:
    """Return what the message of a commit says of a key."""
    return call("git", "log", "-1", f"--format=%(trailers:key={key},valueonly)", ref).strip()


def pointer() -> object:
    """Return the tag of the champion."""
    return json.loads(Path("champion.json").read_text())["tag"]
