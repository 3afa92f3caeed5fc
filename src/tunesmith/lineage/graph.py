"""Turns what is known of a version, a row or a round into boxes and edges."""

from typing import Any

from tunesmith.lineage.picture import Graph, Node
from tunesmith.lineage.words import counted, fate

Record = dict[str, Any]
MOST = 12  # boxes of one kind that are drawn; the rest is one box


def graph_of(record: Record) -> Graph:
    """Return the picture of a lineage, whatever it is of."""
    return _of_version(record) if record["kind"] == "version" else _of_rows(record)


def _of_version(record: Record) -> Graph:
    """Draw sources → rows → models → verdict."""
    nodes, edges = [], []
    for one in _some(record["sources"], "path"):
        nodes.append(Node(f"source {one['path']}", 0, "source", _source_lines(one)))
        edges.append((f"source {one['path']}", "train"))
    for one in _some(record["rounds"], "name"):
        rows = f"{counted(one['rows'])} trained on"
        nodes.append(Node(f"round {one['name']}", 0, "source", (f"round {one['name']}", rows)))
        edges.append((f"round {one['name']}", "train"))
    train = record["data"].get("train")
    lines = [f"{train['rows']:,} train rows" if train and "rows" in train else "train rows"]
    lines += [f"{op}: {rows:,}" for op, rows in (train or {}).get("by_op", {}).items()]
    nodes.append(Node("train", 1, "data", tuple(lines)))
    _add_models(record, nodes, edges)
    _add_verdict(record, nodes, edges)
    shift = min(node.column for node in nodes)
    heads = ("where rows come from", "made from", "model", "judged")
    return Graph(f"{record['thing']}", heads[shift:], _shifted(nodes, shift), tuple(edges))


def _add_models(record: Record, nodes: list[Node], edges: list[tuple[str, str]]) -> None:
    """Draw the model and those that it starts from or was trained with."""
    model = record["model"]
    for parent in record["parents"]:
        name = f"parent {parent['path']}"
        lines = [parent.get("version") or parent["path"], parent.get("base") or ""]
        nodes.append(Node(name, 1, "model", tuple(filter(None, lines))))
        edges.append((name, "model"))
    method = (model.get("method") or {}).get("kind")
    lines = [record["thing"], model["path"], f"method {method}" if method else ""]
    lines += [f"commit {record['commit'][:7]}, code {(model.get('code_sha256') or '?')[:8]}"]
    nodes.append(Node("model", 2, "model", tuple(filter(None, lines))))
    edges.append(("train", "model"))


def _add_verdict(record: Record, nodes: list[Node], edges: list[tuple[str, str]]) -> None:
    """Draw what the gate has said, and the stages that the version has."""
    verdict = record["verdict"]
    if verdict is None and not record["stages"]:
        return
    lines = [verdict["verdict"]] if verdict else []
    score = record["score"]
    if score:
        lines.append(f"{score['metric']} {score['value']:.3f} of {score['n']:,} rows")
    lines += [f"stage {stage}" for stage in record["stages"]]
    nodes.append(Node("verdict", 3, "verdict", tuple(lines)))
    edges.append(("model", "verdict"))


def _of_rows(record: Record) -> Graph:
    """Draw a row or a round → the rows made from it → the versions."""
    nodes = [Node("thing", 0, "source", (record["thing"], *record.get("notes", ())))]
    edges = []
    for one in _some(record["versions"], "name"):
        name = f"version {one['name']}"
        nodes.append(Node(name, 2, _kind(one), tuple(_version_lines(one))))
        if one.get("has"):
            edges.append(("thing", name))
        if one.get("rows"):
            for op, rows in one["by_op"].items():
                step = f"op {op}"
                if step not in {node.name for node in nodes}:
                    nodes.append(Node(step, 1, "row", (op, counted(rows))))
                    edges.append(("thing", step))
                edges.append((step, name))
    heads = ("asked for", "as rows", "versions")
    return Graph(f"Where {record['thing']} went", heads, tuple(nodes), tuple(edges))


def _kind(one: Record) -> str:
    """Return the colour of a version: trained on it, not known, or not."""
    if one["missing"]:
        return "warning"
    return "model" if one["trained"] or one["through"] or one.get("has") else "row"


def _version_lines(one: Record) -> list[str]:
    """Say what a version has of the rows."""
    tables = ", ".join(f"{rows:,} in {table}" for table, rows in one["tables"].items())
    none = "none of its rows" if "has" not in one else fate(one)
    lines = [one["name"], tables or none]
    lines += [f"through {name}" for name in one["through"]]
    lines += ["not all is in the cache here"] if one["missing"] else []
    return lines + [f"stage {stage}" for stage in one["stages"]]


def _source_lines(one: Record) -> tuple[str, ...]:
    """Say what came from a source and what of it was trained on."""
    reached = one.get("trained")
    lines = [one["path"]]
    lines += [f"{counted(one['rows'])} read"] if one.get("rows") is not None else []
    lines += [f"{reached:,} trained on"] if reached is not None else []
    return (*lines, f"sha256 {one['sha256'][:8]}") if one.get("sha256") else tuple(lines)


def _some(found: list[Record], name: str) -> list[Record]:
    """Return the first of many."""
    return sorted(found, key=lambda one: str(one[name]))[:MOST] if name == "path" else found[:MOST]


def _shifted(nodes: list[Node], shift: int) -> tuple[Node, ...]:
    """Return the nodes with the first column that holds any as column 0."""
    return tuple(Node(one.name, one.column - shift, one.kind, one.lines) for one in nodes)
