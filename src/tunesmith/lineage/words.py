"""Says in lines what is known of a version, a row or a round."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]
SHOWN = 8  # rows that are named one by one


def lines_of(record: Record) -> list[str]:
    """Return a lineage as text, whatever it is of."""
    told = _version(record) if record["kind"] == "version" else _rows(record)
    return list(told)


def counted(rows: int) -> str:
    """Return a number of rows in words."""
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _version(record: Record) -> Iterator[str]:
    """Say what a version was made from."""
    stages = "".join(f", stage {stage}" for stage in record["stages"])
    when = f", {record['date']}" if record["date"] else ""
    yield f"{record['thing']}{when}{stages}"
    yield f"  commit    {record['commit']}"
    yield from (f"  {key.lower():9} {value}" for key, value in record["trailers"].items())
    yield from _model(record)
    yield from _parents(record["parents"])
    yield from _data(record)
    yield from _verdict(record)
    yield from _steps(record)
    for path in record["missing"]:
        yield f"  missing   {path}: not in DVC's cache here, so its rows are not told; `--pull`"


def _model(record: Record) -> Iterator[str]:
    """Say what the model is."""
    model = record["model"]
    method = f", {model['task']} by {model['method']['kind']}" if model["method"] else ""
    yield f"  model     {model['path']}{method}, md5 {model['md5']}"
    if record["base"]:
        base = record["base"]
        at = f" at {base['revision']}" if base["revision"] else ""
        yield f"  base      {base['model']}{at}, digest {base['digest'][:16]}…"
    if model["code_sha256"]:
        files = len(record["code"])
        yield f"  code      sha256 {model['code_sha256'][:16]}…, {files} files and folders"


def _parents(parents: list[Record], depth: int = 0) -> Iterator[str]:
    """Say what it starts from, and what that starts from."""
    for parent in parents:
        what = parent["version"] or parent.get("base") or ""
        yield f"  {'  ' * depth}parent    {parent['path']}{f' = {what}' if what else ''}"
        yield from _parents(parent.get("parents", []), depth + 1)


def _data(record: Record) -> Iterator[str]:
    """Say which rows it has seen, and where they come from."""
    for table, one in record["data"].items():
        if "rows" in one:
            made = ", ".join(f"{op} {rows:,}" for op, rows in one["by_op"].items())
            yield f"  {table:9} {counted(one['rows'])} ({made}), md5 {one['md5']}"
    for one in record["sources"]:
        read = f"{one['rows']:,} read, " if one.get("rows") is not None else ""
        sha = f", sha256 {one['sha256'][:16]}…" if one.get("sha256") else ""
        yield f"  source    {one['path']}: {read}{one['trained']:,} trained on{sha}"
    for one in record["rounds"]:
        yield f"  round     {one['name']}: {counted(one['rows'])} trained on"


def _verdict(record: Record) -> Iterator[str]:
    """Say what the gate has said."""
    score = record["score"]
    if score:
        yield (
            f"  score     {score['metric']} {score['value']:.4f} "
            f"[{score['low']:.4f}, {score['high']:.4f}], {counted(score['n'])}"
        )
    if record["verdict"]:
        yield f"  verdict   {record['verdict']['verdict']}"
        yield from (f"            {reason}" for reason in record["verdict"]["reasons"])
    yield from (f"  why       {reason}" for reason in record["why"])


def _steps(record: Record) -> Iterator[str]:
    """Name the stages that it hangs on."""
    names = [step["stage"] for step in record["steps"]]
    yield f"  stages    {' → '.join(names)} (commands, dials and hashes: --json)"


def _rows(record: Record) -> Iterator[str]:
    """Say which versions have a row or a round, and in which table."""
    tagged = record.get("tagged")
    at = f", tagged {tagged['date']} at {tagged['commit'][:7]}" if tagged else ""
    where = f": {record['file'] or 'no rows, but dials'}{at}" if record["kind"] == "round" else ""
    yield f"{record['thing']}{where}"
    if record.get("did"):
        yield from _round(record["did"])
    for one in record["versions"]:
        stages = "".join(f", stage {stage}" for stage in one["stages"])
        yield f"  {one['name']}{', champion' * one['champion']}{stages}: {fate(one)}"
        for row in one["rows"][:SHOWN]:
            made = f", {row['op']} of {row['parent']}" if row["op"] else ""
            yield f"    {row['table']:10} {row['id']}  {row['source']}{made}"
        if len(one["rows"]) > SHOWN:
            yield f"    and {counted(len(one['rows']) - SHOWN)} more (--json, --rows FILE)"


def _round(did: Record) -> Iterator[str]:
    """Say what a round of the improve loop changed, why, and what came of it."""
    yield from (f"  changed   {name} = {value}" for name, value in did["dials"].items())
    yield f"  why       {did['why']}"
    kept = "kept" if did["kept"] else "rolled back"
    yield f"  proof     {kept}: {'; '.join(did['reasons'])}"


def fate(one: Record) -> str:
    """Say in a few words what a version has of the rows, or whether it came after dials."""
    if "has" in one:
        return "trained after it" if one["has"] else "without it"
    tables = [f"{counted(rows)} in {table}" for table, rows in one["tables"].items()]
    gone = [] if tables else one["decisions"][:1]
    drops = [f"dropped by {drop['step']}: {drop['reason']}" for drop in gone]
    told = [*tables, *drops, *(f"stands on {name}, which was" for name in one["through"])]
    if one["missing"]:
        told.append(f"NOT KNOWN of {', '.join(one['missing'])}: not in DVC's cache here; `--pull`")
    return "; ".join(told) or "none of its rows"
