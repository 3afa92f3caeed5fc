"""Where the rows came from, how many were lost and why, as the page shows them."""

from tunesmith.report.evidence import DataEvidence, Tree
from tunesmith.report.track import bar
from tunesmith.report.words import count, share

SIDES = ("train", "validation", "test")


def row_flow(evidence: DataEvidence) -> list[Tree]:
    """Return the row counts from the sources to the training table, each with a bar."""
    clean = evidence.clean["rows"]
    steps = [
        ("Collected", clean["in"], ""),
        ("After cleaning", clean["kept"], _minus(clean["in"] - clean["kept"])),
        *(_split_steps(evidence.split) if evidence.split else ()),
    ]
    if augment := evidence.augment.get("rows"):
        replaced = evidence.augment.get("feedback_replaced", 0)
        steps.append(("Trained on", augment["total"], _added(augment, replaced)))
    top = max(rows for _, rows, _ in steps) or 1
    return [
        {
            "name": name,
            "rows": count(rows),
            "note": note,
            "svg": bar(rows, top, "flow", f"{name}: {count(rows)} rows"),
        }
        for name, rows, note in steps
        if rows or name != "Dropped in split"
    ]


def _split_steps(split: Tree) -> list[tuple[str, int, str]]:
    """Return the rows of each split, and those that none got."""
    sides = [(_title(side), split["splits"][side]["rows"], "") for side in SIDES]
    return [*sides, ("Dropped in split", split["dropped"], "near duplicates across splits")]


def _title(side: str) -> str:
    """Return the name of a split."""
    return f"{side.capitalize()} split"


def _minus(rows: int) -> str:
    """Say how many rows went."""
    return f"−{count(rows)}" if rows else ""


def _added(augment: Tree, replaced: int) -> str:
    """Say how many rows were made, came back from feedback, and gave their place to such."""
    kinds = ("made", "feedback", "weighted")
    parts = [f"+{count(augment[key])} {key}" for key in kinds if augment.get(key)]
    return ", ".join([*parts, *([f"{_minus(replaced)} replaced"] if replaced else [])])


def drop_table(evidence: DataEvidence) -> list[Tree]:
    """Return every reason for which rows were dropped, the commonest first."""
    found = [
        {"step": step, "reason": reason, "rows": rows}
        for step, reasons in evidence.clean["dropped"].items()
        for reason, rows in reasons.items()
    ]
    by_reason = evidence.split.get("dropped_by_reason", {})
    found += [{"step": "split", "reason": why, "rows": rows} for why, rows in by_reason.items()]
    whole = evidence.clean["rows"]["in"]
    top = max((line["rows"] for line in found), default=1)
    return [
        {
            **line,
            "share": share(line["rows"], whole),
            "svg": bar(line["rows"], top, "drop", f"{line['reason']}: {count(line['rows'])} rows"),
        }
        for line in sorted(found, key=lambda line: (-line["rows"], line["step"], line["reason"]))
    ]


def changed_table(evidence: DataEvidence) -> list[Tree]:
    """Return what cleaners rewrote or flagged."""
    return [
        {"action": action, "step": step, "reason": reason, "rows": rows}
        for action in ("rewritten", "flagged")
        for step, reasons in evidence.clean.get(action, {}).items()
        for reason, rows in reasons.items()
    ]


def split_table(evidence: DataEvidence) -> tuple[list[str], list[Tree]]:
    """Return the languages, and rows by language of each split."""
    splits = evidence.split.get("splits", {})
    languages = sorted({lang for side in splits.values() for lang in side["lang"]})
    lines = [
        {
            "split": side,
            "rows": count(splits[side]["rows"]),
            "langs": [count(splits[side]["lang"].get(lang, 0)) for lang in languages],
        }
        for side in SIDES
        if side in splits
    ]
    return languages, lines


def source_table(evidence: DataEvidence) -> list[Tree]:
    """Return name, rows, languages and licence of every file of the manifest."""
    return [_source(source) for source in evidence.manifest["sources"]]


def _source(source: Tree) -> Tree:
    """Return what is shown of one file."""
    return {
        "name": source["path"],
        "kind": source["kind"],
        "rows": count(source["rows"]),
        "quarantined": count(source["quarantined"]),
        "langs": _counted(source["languages"]),
        "licences": ", ".join(sorted(source["licences"])),
        "sha256": str(source["sha256"] or "")[:12],
    }


def _counted(counts: dict[str, int]) -> str:
    """Return counts as words."""
    return ", ".join(f"{key} {count(rows)}" for key, rows in sorted(counts.items()))


def expectation_table(evidence: DataEvidence) -> list[Tree]:
    """Return every expectation that the training rows were held against."""
    return [
        {
            "kind": line["kind"],
            "status": line["status"].replace("_", " "),
            "ok": line["status"] == "passed",
            "checked": count(line.get("checked", 0)),
            "failed": count(line.get("failed", 0)),
            "severity": line.get("severity", ""),
        }
        for line in evidence.validation.get("expectations", [])
    ]
