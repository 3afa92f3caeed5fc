"""The versions of the adapter and the stages they have, as GTO's tags say."""

import json
import re
import time
from dataclasses import dataclass

from flows.promotion import ARTIFACT, POINTER, model_of, promoted
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


def versions() -> list[Version]:
    """Return every version, the latest first; a tag that names no model is left out."""
    found = []
    assigned = stages()
    for tag in promoted():
        message = _of_tag(tag, "%(contents)")
        model = model_of(message)
        if model is not None:
            own = tuple(sorted(stage for stage, holder in assigned.items() if holder == tag))
            why = tuple(line for line in message.splitlines() if line and ": models/" not in line)
            date = _of_tag(tag, "%(creatordate:short)")
            found.append(Version(tag, commit_of(tag), model, own, date, why))
    return found


def stages() -> dict[str, str]:
    """Return stage → the tag of the version that has it now.

    GTO numbers assignments, and the last one counts: `adapter#prod#3`; `adapter#prod!#4` takes the
    stage away.
    """
    by_stage: dict[str, tuple[int, str, str]] = {}
    for tag in git("tag", "--list", f"{ARTIFACT}#*").splitlines():
        match = _ASSIGNED.fullmatch(tag)
        if match:
            stage, gone, number = match.groups()
            last = by_stage.get(stage, (0, "", ""))
            by_stage[stage] = max(last, (int(number), tag, gone))
    held = {stage: tag for stage, (_, tag, gone) in by_stage.items() if not gone}
    by_commit = {commit_of(tag): tag for tag in reversed(promoted())}
    found = {stage: by_commit.get(commit_of(tag)) for stage, tag in held.items()}
    return {stage: tag for stage, tag in found.items() if tag is not None}


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
    _outlast(listed)
    git("tag", "--annotate", made, f"{tag}^{{commit}}", "--message", f"{stage}: {tag}")
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


def _outlast(tags: list[str]) -> None:
    """Wait until a new tag is later than these: GTO orders them by whole seconds."""
    last = max((int(_of_tag(tag, "%(creatordate:unix)")) for tag in tags), default=0)
    wait = last + 1 - time.time()
    if 0 < wait <= 1:
        time.sleep(wait)


def _of_tag(tag: str, form: str) -> str:
    """Return what git knows of a tag."""
    return git("for-each-ref", f"--format={form}", f"refs/tags/{tag}")
