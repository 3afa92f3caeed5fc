"""Where a row or a round of feedback went: which versions have it, and in which table."""

from pathlib import Path
from typing import Any

from flows.history import History, Missing
from flows.parents import parents_of, versions_among
from flows.registry import champion, commit_of
from flows.repository import git
from flows.subjects import NOW, TABLES, TRAINED, Subject, subjects, traces_of
from tunesmith.errors import UserError
from tunesmith.lineage.traces import by_op, family
from tunesmith.rows import file_of

Record = dict[str, Any]
Went = dict[str, Any]  # what one version has of some rows
ROUNDS = "data/feedback"
DECISIONS = "data/cleaned/decisions.parquet"


def of_row(name: str, history: History) -> Record:
    """Return every version that has a row, or one made from it, and in which table.

    Raises:
        UserError: no version has it, and all their tables are here to be looked at.
    """
    found = went_of([name], history)
    if not any(one["rows"] or one["decisions"] or one["missing"] for one in found):
        raise UserError(
            f"{name}: no version, row or round is called so; a row is named by its id or by "
            "file:line (`tunesmith why ROW` knows those of now)"
        )
    return {"kind": "row", "thing": name, "versions": found}


def of_round(number: int, history: History) -> Record:
    """Return every version that trained on a round of feedback.

    Raises:
        UserError: there is no such round.
    """
    rev, path = _round_file(number)
    name = Path(path).name
    op = f"feedback:{name.partition('-')[0]}"
    found = [_went(one, [], history, op) for one in subjects(history)]
    _inherit(found, history)
    entry = history.entry(rev, path)
    return {
        "kind": "round",
        "thing": f"round-{number}",
        "file": path,
        "md5": entry.md5 if entry else None,
        "tagged": _tagged(number),
        "notes": [name],
        "versions": found,
    }


def went_of(names: list[str], history: History) -> list[Went]:
    """Return what each version has of the rows of some names, ids, places or sources.

    A version may hold a row whose parent only an earlier one held, so all of them are asked first.
    """
    known = subjects(history)
    ids = {row.id for one in known for row in family(traces_of(one, history)[0], names)}
    found = [_went(one, [*names, *sorted(ids - set(names))], history) for one in known]
    _inherit(found, history)
    return found


def _went(found: Subject, names: list[str], history: History, op: str | None = None) -> Went:
    """Return what one version has of some rows."""
    tables, missing = traces_of(found, history)
    ids = [one.id for one in tables if op is not None and one.op == op]
    rows = family(tables, [*names, *ids]) if names or ids else []
    one = found.version
    counts = {table: sum(row.table == table for row in rows) for table in TABLES}
    drops = _drops(found, history) if names else []
    own = {row.id for row in rows} | set(names)
    decisions = [
        drop for drop in drops if {drop["id"], drop["source"], file_of(drop["source"])} & own
    ]
    return {
        "name": found.name,
        "commit": found.rev,
        "model": found.model,
        "stages": list(one.stages) if one else [],
        "champion": one is not None and one.tag == champion(),
        "rows": [row._asdict() for row in rows],
        "by_op": by_op(rows),
        "tables": {table: n for table, n in counts.items() if n},
        "trained": counts[TRAINED],
        "decisions": decisions,
        "twins": [drop for drop in drops if drop["partner"] in own],
        "through": [],
        "missing": missing,
    }


def _drops(found: Subject, history: History) -> list[Record]:
    """Return which rows a version's cleaning has dropped, and what they gave way to."""
    import pyarrow.parquet as pq

    if history.lock(found.rev).out(DECISIONS) is None:
        return []
    try:
        path = history.path(found.rev, DECISIONS)
    except Missing:
        return []
    keys = ["id", "source", "step", "reason", "partner"]
    dropped = pq.read_table(path, columns=keys, filters=[("action", "=", "drop")])
    return list(dropped.to_pylist())


def _inherit(found: list[Record], history: History) -> None:
    """Note which versions stand on an adapter that was trained on the rows."""
    trained = {one["name"] for one in found if one["trained"]}
    for one in reversed(found):  # the earliest first
        one["through"] = sorted(_ancestors(one, history) & trained)


def _ancestors(one: Record, history: History) -> set[str]:
    """Return every version that one stands on."""
    known = Subject(one["name"], one["commit"], one["model"])
    return set(versions_among(parents_of(known, history)))


def _round_file(number: int) -> tuple[str, str]:
    """Return commit and path of a round's file: of now, or of the tag that promoted it."""
    tag = f"round-{number}"
    revs = [commit_of(NOW)] + ([commit_of(tag)] if git("tag", "--list", tag) else [])
    known: set[str] = set()
    for rev in revs:
        for name in git("ls-tree", "--name-only", rev, f"{ROUNDS}/").splitlines():
            path = name.removesuffix(".dvc")
            start = Path(path).name.partition("-")[0]
            known |= {f"round-{int(start)}"} if start.isdecimal() else set()
            if start.isdecimal() and int(start) == number:
                return rev, path
    names = ", ".join(sorted(known)) or "none yet"
    raise UserError(f"round-{number}: no such round in {ROUNDS}; there are: {names}")


def _tagged(number: int) -> Record | None:
    """Return commit and day of a round's tag, None if it has none here."""
    tag = f"round-{number}"
    if not git("tag", "--list", tag):
        return None
    date = git("for-each-ref", "--format=%(creatordate:short)", f"refs/tags/{tag}")
    return {"tag": tag, "commit": commit_of(tag), "date": date}
