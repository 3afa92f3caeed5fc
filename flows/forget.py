"""`tunesmith forget`: who was trained on a row or source, and what keeps the next run from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from flows.history import History
from flows.repository import changed_files, git
from flows.subjects import TABLES
from flows.went import Went, went_of
from tunesmith.errors import UserError
from tunesmith.forgotten import add_forgotten
from tunesmith.lineage.mentions import mentions
from tunesmith.lineage.traces import read_traces
from tunesmith.lineage.words import counted
from tunesmith.rows import file_of

Record = dict[str, Any]
BEFORE = (
    "data/collected/examples.parquet",
    "data/cleaned/kept.parquet",
    "data/splits/train.parquet",
    "data/train/left_out.parquet",
)
EXAM = "data/exam/rows.parquet"
WRITTEN = (  # by people and services, here and in no version
    *("data/incoming", "data/inbox", "data/ratings", "data/reviews", "data/judge", "data/augment"),
    *("data/written", "data/feedback", "data/proposals"),
    *("data/train/replies.jsonl", "data/evaluation/replies.jsonl"),
)
SHOWN = 8
LIST = Path("data/frozen/forgotten.csv")
REST = """\
what is left to do, and what no command here can do for you:
  1. take it out of the data itself (git: `git rm`; DVC: `dvc remove`), or `collect` reads it again
     and `clean` drops it in every run
  2. `tunesmith run --deliver` retrains without it; `tunesmith registry` says what then stands
  3. history still holds it. Delete the tags of the versions above (`git tag -d TAG`, `git push
     origin :refs/tags/TAG`), then `dvc gc --workspace --all-tags --cloud` takes what no tag and no
     working tree names out of cache and remote: those versions cannot be rebuilt any more
  4. what git itself holds (a source, a round, reports) leaves its history only by a rewrite, such
     as `git filter-repo --invert-paths --path FILE`, in every clone
  5. `rm -rf .work` takes checkpoints and journals of this clone; workers and caches of others have
     their own. What an adapter has learned is gone when the adapter is: retrain, and delete it"""


def run_forget(sources: list[str], rows: list[str], apply: bool, as_json: bool, pull: bool) -> None:
    """Print which versions were trained on it and where it still lies; prepare if asked to.

    Raises:
        UserError: nothing to forget was named, no version knows it, or, with `apply`, a version
            is not here to be looked at, or a tracked file has changed.
    """
    if not sources and not rows:
        raise UserError("forget: say --source NAME or --row ID")
    history = History(pull=pull)
    found = forget(sources, rows, history)
    if apply:
        found["applied"] = prepare(sources, found)
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _words(found))


def forget(sources: list[str], rows: list[str], history: History) -> Record:
    """Return what is to be forgotten, who was trained on it, and who still holds it."""
    names = [*sources, *rows]
    held = went_of(names, history)
    if not any(one["rows"] or one["decisions"] or one["missing"] for one in held):
        raise UserError(f"{', '.join(names)}: no version has such a row or source")
    ids = {row["id"] for one in held for row in one["rows"]}
    return {
        "names": names,
        "ids": _asked(held, rows),
        "made": sorted({row["id"] for one in held for row in one["rows"] if _is_made(row, names)}),
        "retrain": [one for one in held if one["trained"] or one["through"]],
        "seen": [one for one in held if one["tables"] and not (one["trained"] or one["through"])],
        "unknown": [one["name"] for one in held if one["missing"]],
        "twins": _twins(held, ids, sources),
        "still": _still(held, names, ids, history),
    }


def prepare(sources: list[str], found: Record) -> Record:
    """Add it to the list that clean and augment obey; return what was added.

    Rows of feedback that were made from it are named one by one: a round names a parent by its
    id, not by its source.

    Raises:
        UserError: a version could not be looked at, or a tracked file has changed.
    """
    if found["unknown"]:
        raise UserError(
            f"{', '.join(found['unknown'])}: their tables are not all here, so rows made from it "
            "could be missed; `--pull` fetches them"
        )
    changed = [path for path in changed_files() if path != str(LIST)]
    if changed:
        raise UserError(f"{changed[0]}: changed since the last commit; commit or stash first")
    added = add_forgotten(LIST, {*found["ids"], *found["made"]}, sources)
    return {"file": str(LIST), "added": added}


def _asked(held: list[Went], rows: list[str]) -> list[str]:
    """Return the ids of the rows that were asked for by id or `file:line`."""
    every = [row for one in held for row in [*one["rows"], *one["decisions"]]]
    found = {row["id"] for row in every if {row["id"], row["source"]} & set(rows)}
    return sorted(found | {one for one in rows if ":" not in one})


def _is_made(row: Record, names: list[str]) -> bool:
    """Tell whether a row was made from what is to be forgotten, in a round of feedback."""
    return str(row["op"] or "").startswith("feedback:") and row["source"] not in names


def _twins(held: list[Went], ids: set[str], sources: list[str]) -> list[Record]:
    """Return the rows that gave way to one of these: the next run keeps them in its place."""
    drops = [one for version in held for one in version["twins"] if one["id"] not in ids]
    found = {
        one["id"]: {"id": one["id"], "source": one["source"], "of": one["partner"]}
        for one in drops
        if not {one["source"], file_of(one["source"])} & set(sources)
    }
    return [found[key] for key in sorted(found)]


def _still(held: list[Went], names: list[str], ids: set[str], history: History) -> list[Record]:
    """Return the tables and files that hold it, and whether cache and remote have the tables."""
    tables: dict[tuple[str, str], Record] = {}
    for one in held:
        for path, md5 in _holders(one, {*names, *ids}, history):
            entry = {"path": path, "md5": md5, "versions": [], "cache": history.place(md5).exists()}
            kept = tables.setdefault((path, md5), entry)
            kept["versions"].append(one["name"])
            kept.setdefault("remote", history.in_remote(md5))
    tracked = [
        {"path": path, "git": True}
        for path in git("ls-files", "-z").split("\0")
        if any(path == name or path.endswith(f"/{name}") for name in names)
    ]
    known = {one["path"] for one in tracked}
    here = [
        {"path": str(path), "here": True}
        for path in mentions(Path(), WRITTEN, names, ids)
        if str(path) not in known
    ]
    return [*tables.values(), *tracked, *here]


def _holders(one: Went, names: set[str], history: History) -> Iterator[tuple[str, str]]:
    """Yield path and hash of the tables of a version that hold one of the rows."""
    lock = history.lock(one["commit"])
    for path in (*BEFORE, *TABLES.values(), EXAM):
        entry = lock.out(path)
        if entry is None or not history.place(entry.md5).exists():
            continue
        rows = read_traces(history.place(entry.md5), path)
        if any({row.id, row.source, file_of(row.source)} & names for row in rows):
            yield path, entry.md5


def _words(found: Record) -> str:
    """Return the report as text."""
    lines = [f"to forget: {', '.join(found['names'])}"]
    for one in found["retrain"]:
        marks = "".join([", champion" * one["champion"], *(f", {s}" for s in one["stages"])])
        through = "".join(f", through {name}" for name in one["through"])
        lines.append(
            f"  retrain  {one['name']}{marks}: {counted(one['trained'])} in train{through}"
        )
    for one in found["seen"]:
        tables = ", ".join(f"{n:,} in {name}" for name, n in one["tables"].items())
        lines.append(f"  seen     {one['name']}: {tables}; not trained on")
    lines += [] if found["retrain"] else ["  no version was trained on it"]
    for name in found["unknown"]:
        lines.append(f"  UNKNOWN  {name}: not all of its tables are here; `--pull` fetches them")
    for one in found["twins"][:SHOWN]:
        lines.append(
            f"  twin     {one['id']} ({one['source']}) had given way to {one['of']} and comes "
            f"back in its place; `--row {one['id']}` as well?"
        )
    if len(found["twins"]) > SHOWN:
        lines.append(f"  twins    {len(found['twins']) - SHOWN:,} more (--json)")
    for one in found["still"]:
        lines.append(f"  holds it {one['path']} {_places(one)}")
    if "applied" in found:
        done = found["applied"]
        lines.append(f"{done['file']}: {done['added']} added; commit it: the next run goes without")
        lines.append(REST)
    else:
        lines.append(f"nothing was changed; `--apply` adds it to {LIST}")
    return "\n".join(lines)


def _places(one: Record) -> str:
    """Say where a file is."""
    if one.get("git"):
        return "(git, and its history)"
    if one.get("here"):
        return "(this working copy)"
    places = ["cache"] * one["cache"] + ["remote"] * bool(one["remote"])
    return f"of {', '.join(one['versions'])} ({' and '.join(places) or 'nowhere that is known'})"
