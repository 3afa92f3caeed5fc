"""The models that a name can mean: versions, those of a commit, and what is here now."""

import re
from dataclasses import dataclass

from flows.history import History, Missing, short
from flows.promotion import POINTER
from flows.registry import Version, commit_of, stages, version, versions
from flows.repository import succeeds
from tunesmith.errors import UserError
from tunesmith.lineage.traces import Trace, read_traces

TABLES = {
    "train": "data/train/train.parquet",
    "validation": "data/splits/validation.parquet",
    "test": "data/splits/test.parquet",
    "ood": "data/splits/ood.parquet",
}
TRAINED = "train"
NOW = "HEAD"
ROUND = re.compile(r"(?:round-)?(\d{1,6})")
_VERSION = re.compile(r"(adapter[@#].+|v?\d+\.\d+\.\d+)")


@dataclass(frozen=True)
class Subject:
    """A model of a commit: what it is called, the commit, its folder; its version if it has one."""

    name: str
    rev: str
    model: str
    version: Version | None = None


def subject(name: str, history: History) -> Subject | None:
    """Return the model that a name means, None if the name is no model's.

    Args:
        name: a version, its number or stage, a commit, or a folder `models/PHASE` of now.
        history: of this project.

    Raises:
        UserError: it looks like a version and there is none, or a commit has no model.
    """
    if _VERSION.fullmatch(name) or name in stages():
        return _of_version(version(name))
    if name.startswith("models/"):
        return Subject(name, commit_of(NOW), name)
    if not ROUND.fullmatch(name) and succeeds("rev-parse", "-q", "--verify", f"{name}^{{commit}}"):
        rev = commit_of(name)
        known = next((one for one in versions() if one.commit == rev), None)
        return _of_version(known) if known else Subject(name, rev, candidate_at(rev, history))
    return None


def subjects(history: History) -> list[Subject]:
    """Return every version, and first what is here now if it is no version."""
    known = [_of_version(one) for one in versions()]
    rev = commit_of(NOW)
    try:
        now = Subject(NOW, rev, candidate_at(rev, history))
    except UserError:
        return known
    own = history.lock(rev).out(now.model)
    same = [one for one in known if own and history.lock(one.rev).out(one.model) == own]
    return known if same or own is None else [now, *known]


def candidate_at(rev: str, history: History) -> str:
    """Return the folder of the model that a commit's gate has judged, or the only one it has.

    Raises:
        UserError: the commit names none.
    """
    from ruamel.yaml import YAML

    dials = YAML(typ="safe").load(history.text(rev, "params.yaml") or "") or {}
    try:
        return f"models/{dials['models']['candidate']['of']}"
    except (KeyError, TypeError):
        raise UserError(f"{short(rev)}: its params.yaml names no models.candidate.of") from None


def champion_at(rev: str, history: History) -> Subject | None:
    """Return the version that champion.json of a commit names; None if its tag is not here."""
    pointer = history.json(rev, str(POINTER)) or {}
    tag = pointer.get("tag")
    if not tag or not succeeds("rev-parse", "-q", "--verify", f"refs/tags/{tag}^{{commit}}"):
        return None
    known = next((one for one in versions() if one.tag == tag), None)
    return _of_version(known) if known else Subject(tag, commit_of(tag), str(pointer["model"]))


def traces_of(found: Subject, history: History) -> tuple[list[Trace], list[str]]:
    """Return the rows of all tables of a version, and the tables that are not in the cache."""
    traces: list[Trace] = []
    missing: list[str] = []
    for table, path in TABLES.items():
        if history.lock(found.rev).out(path) is None:
            continue
        try:
            traces += read_traces(history.path(found.rev, path), table)
        except Missing:
            missing.append(path)
    return traces, missing


def _of_version(one: Version) -> Subject:
    """Return the model of a version."""
    return Subject(one.tag, one.commit, one.model, one)
