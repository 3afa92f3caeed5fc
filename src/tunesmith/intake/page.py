"""The data report of files that were checked: the page that stage `profile` makes of all data."""

from collections.abc import Mapping
from typing import Any

from tunesmith.cleaners.run import counted, languages
from tunesmith.expectations.finding import Finding
from tunesmith.intake.check import Checked
from tunesmith.profile import ProfileParams
from tunesmith.profile.drift import Shift, drift
from tunesmith.profile.measure import profile_of
from tunesmith.report.data_page import DataReport, examples_of
from tunesmith.rows import text_of
from tunesmith.sources.manifest import totals
from tunesmith.text.pii import find_pii, masked

Tree = dict[str, Any]


def report_of(
    checked: Checked, previous: Mapping[str, Any], params: ProfileParams, seed: int
) -> DataReport:
    """Return what the page shows; the sections of stages that have not run are empty.

    Args:
        checked: what was found.
        previous: the profile of the version that the new rows are compared with; may be empty.
        params: the section `profile`.
        seed: of the samples that words are taken from.
    """
    profile = profile_of({"train": checked.cleaned.kept}, params, seed)
    entries = checked.read.entries
    return DataReport(
        manifest={"sources": entries, "totals": totals(entries)},
        clean=_cleaned(checked),
        split={},
        augment={},
        validation=_suite(checked.gates["train"]),
        first_validation=_suite(checked.gates["clean"]),
        profile=profile,
        shifts=_shifts(previous, profile, params),
        has_previous=bool(previous),
        dropped=_examples(checked, params.examples),
        quarantine=[dict(line) for line in checked.read.aside],
    )


def _cleaned(checked: Checked) -> Tree:
    """Return the summary that stage `clean` would write of these rows."""
    rows, (kept, decisions) = checked.read.rows, checked.cleaned
    return {
        "rows": {"in": len(rows), "kept": len(kept), "dropped": len(rows) - len(kept)},
        "languages": {
            "in": languages(row["lang"] for row in rows),
            "kept": languages(row["lang"] for row in kept),
        },
        "dropped": counted(decisions, "drop"),
        "rewritten": counted(decisions, "rewrite"),
        "flagged": counted(decisions, "flag"),
    }


def _suite(findings: list[Finding]) -> Tree:
    """Return a suite's result as the page reads it."""
    return {"expectations": [finding.record() for finding in findings]}


def _shifts(previous: Mapping[str, Any], profile: Tree, params: ProfileParams) -> list[Shift]:
    """Return how far the new rows lie from an earlier version; that files differ is no news."""
    return [one for one in drift(previous, profile, params) if one.name != "file"]


def _examples(checked: Checked, most: int) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return a few dropped rows for each reason, with personal data masked."""
    drops = [one for one in checked.cleaned.decisions if one["action"] == "drop"]
    shown = {place for rows in examples_of(drops, {}, most).values() for place, _ in rows}
    texts = {
        (row["id"], row["source"]): masked(text, find_pii(text))
        for row in checked.read.rows
        if row["source"] in shown
        for text in [text_of(row)]
    }
    return examples_of(drops, texts, most)
