"""Where a row went: which versions have it, or one made from it, and in which table."""

from typing import Any

from flows.history import History, Missing
from flows.parents import parents_of, versions_among
from flows.registry import champion
from flows.subjects import TABLES, TRAINED, Subject, subjects, traces_of
from tunesmith.errors import UserError
from tunesmith.lineage.traces import by_op, family
from tunesmith.rows import file_of

Record = dict[str, Any]
Went = dict[str, Any]  # what one version has of some rows
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


def went_of(names: list[str], history: History) -> list[Went]:
    """Return what each version has of the rows of some names, ids, places or sources.

    A version may hold a row whose parent only an earlier one held, so all of them are asked first.
    """
    known = subjects(history)
    ids = {row.id for one in known for row in family(traces_of(one, history)[0], names)}
    found = [went_by(one, [*names, *sorted(ids - set(names))], history) for one in known]
    inherit(found, history)
    return found


def went_by(found: Subject, names: list[str], history: History, op: str | None = None) -> Went:
    """Return what one version has of some rows."""
    tables, missing = traces_of(found, history)
    ids = [one.id for one in tables if op is not None and one.op == op]
    rows = family(tables, [*names, *ids]) if names or ids else []
    counts = {table: sum(row.table == table for row in rows) for table in TABLES}
    drops = _drops(found, history) if names else []
    own = {row.id for row in rows} | set(names)
    decisions = [
        drop for drop in drops if {drop["id"], drop["source"], file_of(drop["source"])} & own
    ]
    return {
        **nothing_of(found),
        "rows": [row._asdict() for row in rows],
        "by_op": by_op(rows),
        "tables": {table: n for table, n in counts.items() if n},
        "trained": counts[TRAINED],
        "decisions": decisions,
        "twins": [drop for drop in drops if drop["partner"] in own],
        "missing": missing,
    }


def nothing_of(found: Subject) -> Went:
    """Return a version that has none of what was asked for."""
    one = found.version
    return {
        "name": found.name,
        "commit": found.rev,
        "model": found.model,
        "stages": list(one.stages) if one else [],
        "champion": one is not None and one.tag == champion(),
        "rows": [],
        "by_op": {},
        "tables": {},
        "trained": 0,
        "decisions": [],
        "twins": [],
        "through": [],
        "missing": [],
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


def inherit(found: list[Record], history: History) -> None:
    """Note which versions stand on an adapter that was trained on the rows."""
    trained = {one["name"] for one in found if one["trained"]}
    for one in reversed(found):  # the earliest first
        one["through"] = sorted(_ancestors(one, history) & trained)


def _ancestors(one: Record, history: History) -> set[str]:
    """Return every version that one stands on."""
    known = Subject(one["name"], one["commit"], one["model"])
    return set(versions_among(parents_of(known, history)))
