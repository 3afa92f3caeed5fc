"""Describe the data in numbers and on a page, and say how far it lies from the accepted version."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tunesmith.files import write_json, write_text
from tunesmith.params import read_seed
from tunesmith.profile import ProfileParams
from tunesmith.profile.drift import drift
from tunesmith.profile.measure import profile_of
from tunesmith.report.data_page import DataReport, examples_of, render_data_page
from tunesmith.report.evidence import read_records, read_tree
from tunesmith.rows import Row, read_rows, text_of, to_rows
from tunesmith.stage import Paths, parse_paths, run_stage
from tunesmith.text.pii import find_pii, masked

TABLES = ("--train", "--validation", "--test", "--ood")
COUNTS = ("--manifest", "--clean-summary", "--split-summary", "--augment-summary")
FLAGS = (
    *TABLES, *COUNTS, "--examples", "--quarantine", "--decisions",
    "--clean-gates", "--train-gates", "--previous", "--profile", "--page",
)  # fmt: skip


def shown_texts(rows: Sequence[Row], wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the texts of the wanted rows (id and source), with personal data masked."""
    texts: dict[tuple[str, str], str] = {}
    for row in rows:
        if (row["id"], row["source"]) in wanted:
            text = text_of(row)
            texts[row["id"], row["source"]] = masked(text, find_pii(text))
    return texts


def read_report(paths: Paths, params: ProfileParams, seed: int) -> DataReport:
    """Read all inputs, count, and compare with the accepted version."""
    splits = {name.strip("-"): to_rows(read_rows(_path(paths, name))) for name in TABLES}
    profile, previous = profile_of(splits, params, seed), read_tree(paths.previous)
    decisions: list[dict[str, Any]] = pq.read_table(paths.decisions).to_pylist()
    drops = [one for one in decisions if one["action"] == "drop"]
    first = examples_of(drops, {}, params.examples)
    places = {place for rows in first.values() for place, _ in rows}
    wanted = {(one["id"], one["source"]) for one in drops if one["source"] in places}
    texts = shown_texts(to_rows(read_rows(paths.examples)), wanted)
    return DataReport(
        manifest=read_tree(paths.manifest),
        clean=read_tree(paths.clean_summary),
        split=read_tree(paths.split_summary),
        augment=read_tree(paths.augment_summary),
        validation=read_tree(paths.train_gates),
        first_validation=read_tree(paths.clean_gates),
        profile=profile,
        shifts=drift(previous, profile, params),
        has_previous=bool(previous),
        dropped=examples_of(drops, texts, params.examples),
        quarantine=read_records(paths.quarantine),
    )


def _path(paths: Paths, flag: str) -> Path:
    """Return the path of a flag."""
    return Path(getattr(paths, flag.strip("-")))


def main() -> None:
    """Write the profile and the page, and name what has changed."""
    paths = parse_paths(*FLAGS)
    params = ProfileParams.read("profile")
    report = read_report(paths, params, read_seed())
    write_json(paths.profile, report.profile)
    write_text(paths.page, render_data_page(report, params, params.title))
    for shift in report.shifts:
        if shift.level in {"shifted", "changed"}:
            print(f"profile: {shift.name} {shift.level} (PSI {shift.psi:.3f})")
    print(f"profile: {report.profile['rows']['train']:,} train rows described in {paths.page}")


if __name__ == "__main__":
    run_stage(main)
