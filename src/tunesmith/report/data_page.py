"""The data report: one page for the people who gave the data, with what became of it and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunesmith.profile import ProfileParams
from tunesmith.profile.drift import Shift
from tunesmith.profile.measure import EDGES
from tunesmith.report import data_view
from tunesmith.report.evidence import DataEvidence, Tree
from tunesmith.report.histogram import histogram, quantile
from tunesmith.report.page import rendered
from tunesmith.report.track import bar
from tunesmith.report.words import count, share, shortened

SHOWN_VALUES = 25
DUPLICATES = ("exact_duplicates", "near_duplicates", "semantic_duplicates", "decontaminate")
COLOUR = {"same": "ok", "shifted": "", "changed": "bad", "too few rows": ""}


@dataclass(frozen=True)
class DataReport(DataEvidence):
    """What the page shows beside the counts of the stages; a stage that has not run counts none."""

    first_validation: Tree  # of the cleaned rows; `validation` is that of the train rows
    profile: Tree
    shifts: list[Shift]
    has_previous: bool
    dropped: dict[tuple[str, str], list[tuple[str, str]]]  # step, reason → places and masked texts
    quarantine: list[Tree]  # file, line, reason


def render_data_page(report: DataReport, params: ProfileParams, title: str) -> str:
    """Return the page; the same report gives the same bytes."""
    return rendered("data_page.html", data_context(report, params, title))


def data_context(report: DataReport, params: ProfileParams, title: str) -> Tree:
    """Return everything that the template shows."""
    languages, splits = data_view.split_table(report)
    return {
        "title": title,
        "cards": _cards(report),
        "flow": data_view.row_flow(report),
        "sources": data_view.source_table(report),
        "drops": data_view.drop_table(report),
        "changed": data_view.changed_table(report),
        "languages": languages,
        "splits": splits,
        "expectations": [],
        "gates": _gates(report),
        "lengths": _lengths(report.profile),
        "values": _values(report.profile),
        "diversity": report.profile["diversity"],
        "duplicates": _duplicates(report.clean),
        "dropped": _dropped(report, params.examples),
        "quarantine": report.quarantine[: max(params.examples, 1) * 5],
        "quarantined": len(report.quarantine),
        "shifts": [_shift(shift) for shift in report.shifts],
        "has_previous": report.has_previous,
        "limits": params,
    }


def _cards(report: DataReport) -> list[tuple[str, str, str]]:
    """Return the four numbers that come first, each with its name and what it is of."""
    read = report.manifest["totals"]["rows"] + report.manifest["totals"]["quarantined"]
    kept, trained = report.clean["rows"]["kept"], report.profile["rows"]["train"]
    aside = report.manifest["totals"]["quarantined"]
    cards = [
        ("read", count(read), f"from {report.manifest['totals']['files']} files"),
        ("set aside", count(aside), "fit no shape" if aside else "all fit a shape"),
        ("kept", count(kept), f"{share(kept, report.clean['rows']['in'])} after cleaning"),
    ]
    return cards + [("trained on", count(trained), "with what was made")] * bool(report.augment)


def _gates(report: DataReport) -> list[Tree]:
    """Return every expectation of both suites with what it found."""
    suites = (("after cleaning", report.first_validation), ("before training", report.validation))
    return [
        {
            "suite": suite,
            "kind": line["kind"],
            "status": line["status"].replace("_", " "),
            "ok": line["status"] == "passed",
            "checked": count(line.get("checked", 0)),
            "message": line.get("message", ""),
        }
        for suite, result in suites
        for line in result.get("expectations", [])
    ]


def _lengths(profile: Tree) -> list[Tree]:
    """Return one histogram for each part of a row and language."""
    return [
        {
            "name": f"{part.capitalize()}, {lang}",
            "svg": histogram(bins, EDGES, f"lengths of {part}s in {lang}, in characters"),
            "rows": count(sum(bins)),
            "middle": count(quantile(bins, EDGES, 0.5)),
            "long": count(quantile(bins, EDGES, 0.95)),
        }
        for part, languages in profile["lengths"].items()
        for lang, bins in languages.items()
    ]


def _values(profile: Tree) -> list[Tree]:
    """Return, for each field, its commonest values as bars, and how uneven they are."""
    return [_field(name, counts) for name, counts in profile["values"].items()]


def _field(name: str, counts: dict[str, int]) -> Tree:
    """Return the bars of one field."""
    total, top = sum(counts.values()), max(counts.values(), default=1)
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {
        "name": name,
        "more": max(len(common) - SHOWN_VALUES, 0),
        "ratio": f"{top / max(min(counts.values(), default=1), 1):.1f}",
        "lines": [
            {
                "value": value,
                "rows": count(rows),
                "share": share(rows, total),
                "svg": bar(rows, top, "flow", f"{value}: {count(rows)} rows"),
            }
            for value, rows in common[:SHOWN_VALUES]
        ],
    }


def _duplicates(clean: Tree) -> list[tuple[str, str, str]]:
    """Return what each step that compares rows dropped or flagged."""
    return [
        (step, reason, count(rows))
        for action in ("dropped", "flagged")
        for step, reasons in clean[action].items()
        if step in DUPLICATES
        for reason, rows in reasons.items()
    ]


def _dropped(report: DataReport, most: int) -> list[Tree]:
    """Return a few rows for each reason for which rows were dropped."""
    return [
        {
            "step": step,
            "reason": reason,
            "rows": [(place, shortened(text)) for place, text in rows[:most]],
        }
        for (step, reason), rows in report.dropped.items()
        if most
    ]


def _shift(shift: Shift) -> Tree:
    """Return a distance as it is printed."""
    return {
        "name": shift.name,
        "psi": f"{shift.psi:.3f}",
        "ks": "" if shift.ks is None else f"{shift.ks:.3f}",
        "svg": bar(min(shift.psi, 0.5), 0.5, "drop", f"PSI {shift.psi:.3f}"),
        "rows": f"{count(shift.before)} → {count(shift.after)}",
        "level": shift.level,
        "colour": COLOUR[shift.level],
    }


def examples_of(
    decisions: Sequence[dict[str, Any]], texts: dict[tuple[str, str], str], most: int
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return, for each step and reason of a drop, the first rows with their texts.

    Args:
        decisions: of stage clean, in their order.
        texts: (id, source) → text that may be shown.
        most: rows for each reason.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in decisions:
        if one["action"] == "drop":
            rows = found.setdefault((one["step"], one["reason"]), [])
            if len(rows) < most:
                rows.append((one["source"], texts.get((one["id"], one["source"]), "")))
    return dict(sorted(found.items()))
