"""Names the champion: a GTO tag on the commit of its run, and the pointer that git tracks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flows.dag import DVC_LOCK
from flows.repository import git, succeeds
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json
from tunesmith.params import load_yaml, plain

ARTIFACT = "adapter"
POINTER = Path("champion.json")
VERDICT = Path("reports/gate.json")
PARAMS = Path("params.yaml")
_VERSION = re.compile(rf"{ARTIFACT}@v(\d+)\.(\d+)\.(\d+)")
ROUNDS = "round-*"  # the tags of rounds of the improve loop
_TAGS = ("tag", "--list", f"{ARTIFACT}@v*")
REFUSED = "Approval: refused"  # the trailer of a commit in which a person said no
_MODEL = "Model"  # the trailer of a tag's message


@dataclass(frozen=True)
class Verdict:
    """What the gate has decided of the candidate, and why."""

    word: str
    reasons: tuple[str, ...]

    @property
    def ships(self) -> bool:
        """Whether the candidate takes the champion's place."""
        return self.word == "SHIP"


def read_verdict() -> Verdict | None:
    """Return the gate's verdict; None in a pipeline that has no gate."""
    if not VERDICT.exists():
        return None
    found = read_json(VERDICT)
    return Verdict(str(found["verdict"]), tuple(map(str, found["reasons"])))


def candidate() -> str:
    """Return the folder of the model that the gate has judged."""
    dials: Any = plain(load_yaml(PARAMS))
    try:
        return f"models/{dials['models']['candidate']['of']}"
    except (KeyError, TypeError):
        raise UserError(f"{PARAMS}: models.candidate.of: missing; name a phase") from None


def tag_model(model: str, reasons: Sequence[str]) -> str:
    """Tag the commit that is checked out as the next version, in GTO's form; return the tag.

    GTO and DVC's registry list such tags; a minor version is a model that was better than the one
    before it.

    Source: https://dvc.org/doc/gto.
    """
    tag = f"{ARTIFACT}@v{_next_version()}"
    why = "\n".join(reasons) or "Promoted"
    git("tag", "--annotate", tag, "--message", why, "--message", f"{_MODEL}: {model}")
    return tag


def mark(tag: str, why: str) -> str:
    """Tag the commit that is checked out with a name of its own; return the tag."""
    git("tag", "--annotate", tag, "--message", why)
    return tag


def untag(*tags: str) -> None:
    """Take tags back that could not be shared: a version that nobody else has misleads."""
    if tags:
        git("tag", "--delete", *tags)


def untag_beyond(main: str) -> None:
    """Take back the tags of a run that was killed before it could share them.

    What origin has of them comes back with the next fetch.
    """
    kinds = (f"{ARTIFACT}@v*", f"{ARTIFACT}#*", ROUNDS)
    beyond = ("--merged", "HEAD", "--no-merged", main)
    untag(*git("tag", "--list", *kinds, *beyond).splitlines())


def promoted() -> list[str]:
    """Return the tags of all champions there were, the latest first."""
    return git(*_TAGS, "--sort=-version:refname").splitlines()


def promoted_before(model: str) -> str | None:
    """Return the tag of a champion that was this very model, by the hash that DVC has of it.

    One that was rolled back is not promoted a second time.
    """
    own = _hash_of(model, DVC_LOCK.read_text("utf-8"))
    tags = (tag for tag in promoted() if _hash_of(model, git("show", f"{tag}:{DVC_LOCK}")) == own)
    return next(tags, None)


def refused_before(model: str) -> str | None:
    """Return the commit in which a person has refused this very model, if one has."""
    own = _hash_of(model, DVC_LOCK.read_text("utf-8"))
    commits = git("log", "--format=%h", f"--grep=^{REFUSED}$").splitlines()
    found = (one for one in commits if _hash_of(model, git("show", f"{one}:{DVC_LOCK}")) == own)
    return next(found, None)


def point_to(tag: str) -> None:
    """Let champion.json name what a tag holds.

    Raises:
        UserError: there is no such tag, or it names no model.
    """
    refuse_unknown(tag)
    model = model_of(git("for-each-ref", "--format=%(contents)", f"refs/tags/{tag}"))
    if model is None:
        raise UserError(f"{tag}: its message names no model (a line `{_MODEL}: models/PHASE`)")
    write_json(POINTER, {"tag": tag, "model": model})


def refuse_unknown(tag: str) -> None:
    """Refuse a tag that is not here, with those that are.

    Raises:
        UserError: there is no such tag.
    """
    if not succeeds("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}"):
        known = ", ".join(promoted()) or "none; nothing has been promoted yet"
        raise UserError(f"no tag {tag} here; there are: {known} (`git fetch --tags` gets others')")


def model_of(message: str) -> str | None:
    """Return the folder that the message of a version's tag names, None if it names none."""
    found = re.search(rf"^{_MODEL}: (.+)$", message, flags=re.MULTILINE)
    return found[1] if found else None


def _hash_of(model: str, lock: str) -> str | None:
    """Return the hash of a model's folder in the text of a dvc.lock."""
    stages = YAML(typ="safe").load(lock).get("stages", {})
    outs = (out for stage in stages.values() for out in stage.get("outs", ()))
    return next((str(out["md5"]) for out in outs if out["path"] == model), None)


def _next_version() -> str:
    """Return the version after the highest that has been tagged."""
    versions = [tuple(map(int, match.groups())) for match in map(_VERSION.fullmatch, promoted())
                if match]  # fmt: skip
    major, minor, _ = max(versions, default=(0, 0, 0))
    return f"{major}.{minor + 1}.0"
