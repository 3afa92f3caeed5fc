"""The models that a model starts from or was trained with, and theirs in turn."""

from collections.abc import Iterable
from typing import Any

from flows.history import History, Missing
from flows.promotion import POINTER
from flows.subjects import Subject, champion_at
from tunesmith.lineage.lock import Lock

Record = dict[str, Any]


def parents_of(found: Subject, history: History) -> list[Record]:
    """Return the models that one starts from or was trained with, and theirs in turn."""
    return _parents(found, history.lock(found.rev), history)


def versions_among(parents: list[Record]) -> Iterable[str]:
    """Yield the versions among parents and theirs."""
    for parent in parents:
        if parent["version"]:
            yield parent["version"]
        yield from versions_among(parent.get("parents", []))


def _parents(found: Subject, lock: Lock, history: History) -> list[Record]:
    """Return the models that one starts from or was trained with, and theirs in turn."""
    maker = lock.maker(found.model)
    paths = sorted({dep.path for dep in maker.deps if dep.path.startswith("models/")}) if (
        maker
    ) else []  # fmt: skip
    return [_parent(found.rev, path, lock, history) for path in paths]


def _parent(rev: str, path: str, lock: Lock, history: History) -> Record:
    """Return one parent: the base, another phase, or the champion of then, which is a version."""
    entry = lock.out(path)
    record: Record = {"path": path, "md5": entry.md5 if entry else None, "version": None}
    if _is_champion(path, lock) and (pointer := history.json(rev, str(POINTER)) or {}).get("tag"):
        earlier = champion_at(rev, history)
        above = parents_of(earlier, history) if earlier else []
        return record | {"version": pointer["tag"], "parents": above}
    below = _parents(Subject(path, rev, path), lock, history)
    return record | {"base": _descriptor(rev, path, history), "parents": below}


def _is_champion(path: str, lock: Lock) -> bool:
    """Tell whether a model was fetched by the pointer."""
    maker = lock.maker(path)
    return maker is not None and any(dep.path == str(POINTER) for dep in maker.deps)


def _descriptor(rev: str, path: str, history: History) -> str | None:
    """Return the name of the base model that a folder describes."""
    try:
        entry = history.lock(rev).out(path)
        if entry is None or not entry.is_folder or "base.json" not in history.inside(entry):
            return None
        return str(history.json(rev, f"{path}/base.json")["model"])
    except Missing:
        return None
