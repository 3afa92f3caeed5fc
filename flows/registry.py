"""The versions of the adapter and the stages they have, as GTO's tags say."""

import json
import re
import time
from dataclasses import dataclass

from flows.promotion import ARTIFACT, POINTER, model_of
from flows.repository import git, succeeds
from tunesmith.errors import UserError

PROD = "prod"  # the stage of the champion
_NUMBER = re.compile(r"v?(\d+\.\d+\.\d+)")
_ASSIGNED = re.compile(rf"{ARTIFACT}#([a-z0-9-]+?)(!?)#(\d+)")


@dataclass(frozen=True)
class Version:
    """A tagged adapter: its tag, commit, folder, the stages it has, and when and why it came."""

    tag: str
    commit: str
    model: str
    stages: tuple[str, ...]
    date: str  # of the tag, as git has it: 2026-11-26
    why: tuple[str, ...]


@dataclass(frozen=True)
class Tag:
    """A tag, the commit that it is on, its day and its message."""

    name: str
    commit: str
    date: str
    message: str


def versions() -> list[Version]:
    """Return every version, the latest first; a tag that names no model is left out."""
    assigned = stages()
    found = []
    for tag in _tags(f"{ARTIFACT}@v*", "-version:refname"):
        model = model_of(tag.message)
        if model is not None:
            own = tuple(sorted(stage for stage, holder in assigned.items() if holder == tag.name))
            lines = [line for line in tag.message.splitlines() if line]
            why = tuple(line for line in lines if model_of(line) is None)
            found.append(Version(tag.name, tag.commit, model, own, tag.date, why))
    return found


def stages() -> dict[str, str]:
    """Return stage → the tag of the version that has it now.

    GTO numbers assignments, and the last one counts: `adapter#prod#3`; `adapter#prod!#4` takes the
    stage away.
    """
    last: dict[str, tuple[int, str, str]] = {}
    for tag in _tags(f"{ARTIFACT}#*", "refname"):
        if match := _ASSIGNED.fullmatch(tag.name):
            stage, gone, number = match.groups()
            last[stage] = max(last.get(stage, (0, "", "")), (int(number), tag.commit, gone))
    by_commit = {tag.commit: tag.name for tag in _tags(f"{ARTIFACT}@v*", "version:refname")}
    held = {stage: commit for stage, (_, commit, gone) in last.items() if not gone}
    return {stage: by_commit[commit] for stage, commit in held.items() if commit in by_commit}


def assign(tag: str, stage: str) -> str | None:
    """Give a stage to a version, by a tag in GTO's form; return it, None if it has the stage.

    Raises:
        UserError: the name of the stage is none.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", stage):
        raise UserError(f"{stage!r}: a stage is named in small letters, such as {PROD} or staging")
    if stages().get(stage) == tag:
        return None
    listed = git("tag", "--list", f"{ARTIFACT}#{stage}#*", f"{ARTIFACT}#{stage}!#*").splitlines()
    numbers = [int(match[3]) for match in map(_ASSIGNED.fullmatch, listed) if match]
    made = f"{ARTIFACT}#{stage}#{max(numbers, default=0) + 1}"
    message = ("--annotate", made, f"{tag}^{{commit}}", "--message", f"{stage}: {tag}")
    git("tag", *message, date=_later_than(listed))
    return made


def version(name: str) -> Version:
    """Return the version that people call by its tag, number or stage.

    Args:
        name: `adapter@v0.2.0`, `v0.2.0`, `0.2.0`, `adapter#prod` or `prod`.

    Raises:
        UserError: there is none; those there are are named.
    """
    known = versions()
    number = _NUMBER.fullmatch(name.removeprefix(f"{ARTIFACT}@"))
    tag = f"{ARTIFACT}@v{number[1]}" if number else stages().get(name.removeprefix(f"{ARTIFACT}#"))
    for one in known:
        if one.tag == tag:
            return one
    names = ", ".join(one.tag for one in known) or "none; nothing has been promoted yet"
    held = ", ".join(f"{ARTIFACT}#{stage}" for stage in stages())
    raise UserError(
        f"{name}: no such version; there are: {names}{f'; stages: {held}' * bool(held)}"
    )


def champion() -> str | None:
    """Return the tag that champion.json names in the commit that is checked out."""
    if not succeeds("cat-file", "-e", f"HEAD:{POINTER}"):
        return None
    tag = json.loads(git("show", f"HEAD:{POINTER}")).get("tag")
    return None if tag is None else str(tag)


def commit_of(name: str) -> str:
    """Return the commit that a tag or revision names.

    Raises:
        UserError: there is none.
    """
    if not succeeds("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
        raise UserError(f"{name}: no commit, tag or branch here (`git fetch --tags` gets others')")
    return git("rev-parse", f"{name}^{{commit}}")


def _later_than(tags: list[str]) -> int:
    """Return the time of a new tag, in whole seconds, by which GTO orders them: after all of these.

    A second is waited for, so that what GTO itself tags next is later still. Git must be given the
    time: the clock that it reads by itself may lag behind Python's by some milliseconds.
    """
    last = max((int(_of_tag(tag, "%(creatordate:unix)")) for tag in tags), default=0)
    wait = last + 1 - time.time()
    if 0 < wait <= 1:
        time.sleep(wait)
    return max(int(time.time()), last + 1)


def _of_tag(tag: str, form: str) -> str:
    """Return what git knows of a tag."""
    return git("for-each-ref", f"--format={form}", f"refs/tags/{tag}")


def _tags(pattern: str, order: str) -> list[Tag]:
    """Return the tags of a pattern, of one question to git."""
    keys = ("refname:short", "objectname", "*objectname", "creatordate:short", "contents")
    form = "%00".join(f"%({key})" for key in keys) + "%00"
    told = git("for-each-ref", f"--format={form}", f"--sort={order}", f"refs/tags/{pattern}")
    cells = [cell.lstrip("\n") for cell in told.split("\0")[:-1]]
    each = [cells[start : start + len(keys)] for start in range(0, len(cells), len(keys))]
    return [Tag(name, of or own, date, message) for name, own, of, date, message in each]
