"""What a version was made from, read from git and DVC's cache without a checkout."""

from collections.abc import Iterable
from typing import Any

from flows.history import History, Missing, short
from flows.parents import parents_of
from flows.promotion import VERDICT
from flows.repository import git
from flows.subjects import ROUND, TABLES, TRAINED, Subject, subject, traces_of
from flows.went import of_row
from flows.went_round import of_round
from tunesmith.errors import UserError
from tunesmith.lineage.lock import Entry, Lock, StageLock, is_code
from tunesmith.lineage.traces import Trace, by_op, by_source

Record = dict[str, Any]
SOURCES = "reports/data/manifest.json"
UNCOMMITTED = "a run counts once its dvc.lock is committed (`tunesmith run --deliver` does that)"
SCORES = "reports/metrics.json"


def lineage(name: str, history: History) -> Record:
    """Return where a version comes from, or where a row or round went.

    Raises:
        UserError: nothing is called so.
    """
    found = subject(name, history)
    if found is not None:
        return of_model(found, history)
    number = ROUND.fullmatch(name)
    return of_round(int(number[1]), history) if number else of_row(name, history)


def of_model(found: Subject, history: History) -> Record:
    """Return rows, sources, code, base, dials and parents of a model.

    Raises:
        UserError: the commit has no such model.
    """
    lock = history.lock(found.rev)
    entry = lock.out(found.model)
    if entry is None:
        known = ", ".join(sorted(_models(lock))) or "none"
        raise UserError(
            f"{found.model}: commit {short(found.rev)} has no such model; its: {known}; "
            f"{UNCOMMITTED}"
        )
    manifest = _manifest(found.rev, found.model, history)
    tables, missing = traces_of(found, history)
    train = [one for one in tables if one.table == TRAINED]
    one = found.version
    return {
        "kind": "version",
        "thing": one.tag if one else found.name,
        "commit": found.rev,
        "date": one.date if one else None,
        "stages": list(one.stages) if one else [],
        "why": list(one.why) if one else [],
        "trailers": _trailers(found.rev),
        "model": {"path": found.model, "md5": entry.md5, **_facts(manifest)},
        "base": _base(manifest),
        "parents": parents_of(found, history),
        "data": _data(lock, tables, missing),
        "sources": _sources(found.rev, train, history),
        "rounds": _rounds_in(train),
        "code": [_named(dep) for dep in lock.inputs(found.model) if is_code(dep.path)],
        "inputs": [_named(dep) for dep in lock.inputs(found.model) if not is_code(dep.path)],
        "steps": [_step(stage) for stage in lock.upstream(found.model)],
        "verdict": history.json(found.rev, str(VERDICT)),
        "score": score_of(found.rev, history),
        "missing": missing,
    }


def score_of(rev: str, history: History) -> Record | None:
    """Return the metric that the gate goes by, as the report of a commit has it."""
    metrics, dials = history.json(rev, SCORES), history.text(rev, "params.yaml")
    if metrics is None or dials is None:
        return None
    from ruamel.yaml import YAML

    name = (YAML(typ="safe").load(dials).get("gate") or {}).get("metric")
    found = (metrics.get("candidate") or {}).get(name)
    return {"metric": name, **{key: found[key] for key in ("value", "low", "high", "n")}} if (
        found
    ) else None  # fmt: skip


def _named(entry: Entry) -> Record:
    """Return path and hash."""
    return {"path": entry.path, "md5": entry.md5}


def _models(lock: Lock) -> set[str]:
    """Return the folders of all models of a commit."""
    outs = {out.path for stage in lock.stages for out in stage.outs}
    return {path for path in outs if path.startswith("models/")}


def _manifest(rev: str, model: str, history: History) -> Record | None:
    """Return the manifest of a trained model; None of a base, or if it is not in the cache."""
    try:
        entry = history.lock(rev).out(model)
        if entry is None or not entry.is_folder:
            return None
        names = history.inside(entry)
        if "manifest.json" not in names:
            return None
        found: Record = history.json(rev, f"{model}/manifest.json")
    except Missing:
        return None
    return found


def _facts(manifest: Record | None) -> Record:
    """Return what a manifest says of the training itself."""
    names = ("phase", "task", "method", "settings", "seed", "rows", "trained_tokens", "data")
    return {name: (manifest or {}).get(name) for name in (*names, "code_sha256")}


def _base(manifest: Record | None) -> Record | None:
    """Return which base a model stands on."""
    if manifest is None:
        return None
    return {name: manifest["base"].get(name) for name in ("model", "revision", "digest")}


def _data(lock: Lock, tables: list[Trace], missing: list[str]) -> Record:
    """Return hash and counts of each table."""
    found = {}
    for table, path in TABLES.items():
        entry = lock.out(path)
        if entry is not None:
            own = [one for one in tables if one.table == table]
            counts = {"rows": len(own), "by_op": by_op(own), "by_source": by_source(own)}
            found[table] = {**_named(entry), **({} if path in missing else counts)}
    return found


def _sources(rev: str, train: list[Trace], history: History) -> list[Record]:
    """Return the sources that were read, and how many rows of each were trained on."""
    told = (history.json(rev, SOURCES) or {}).get("sources", [])
    counts = by_source(one for one in train if not (one.op or "").startswith("feedback:"))
    keys = ("path", "kind", "sha256", "rows", "licences", "languages")
    known = [
        {key: one.get(key) for key in keys} | {"trained": counts.pop(str(one["path"]), 0)}
        for one in told
    ]
    return known + [{"path": path, "trained": rows} for path, rows in counts.items()]


def _rounds_in(train: Iterable[Trace]) -> list[Record]:
    """Return the rounds of feedback among train rows."""
    counts = by_op(one for one in train if (one.op or "").startswith("feedback:"))
    return [{"name": op.partition(":")[2], "rows": rows} for op, rows in counts.items()]


def _step(stage: StageLock) -> Record:
    """Return one stage: what was run, with which dials, on what."""
    return {
        "stage": stage.name,
        "cmd": stage.cmd,
        "params": stage.params,
        "reads": [_named(dep) for dep in stage.deps],
        "wrote": [_named(out) for out in stage.outs],
    }


def _trailers(rev: str) -> Record:
    """Return the trailers of a commit, such as the run that made it."""
    lines = git("log", "-1", "--format=%(trailers:only,unfold)", rev).splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)
