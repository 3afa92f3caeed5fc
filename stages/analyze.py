"""Find where the candidate fails, why, and which train rows the next round should grow."""

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.clusters import error_clusters
from tunesmith.analysis.confusions import confusion_pairs
from tunesmith.analysis.error_types import count_error_types, error_types
from tunesmith.analysis.findings import actions, slice_findings
from tunesmith.analysis.hardest import changes, hardest_rows
from tunesmith.analysis.proposals import propose
from tunesmith.analysis.weak_slices import weak_slices
from tunesmith.answers import is_classification
from tunesmith.errors import UserError
from tunesmith.files import write_json, write_jsonl, write_text
from tunesmith.metrics import METRICS
from tunesmith.params import read_seed
from tunesmith.rows import read_rows
from tunesmith.slices import slice_masks
from tunesmith.stage import parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd


class Analysis(NamedTuple):
    """The four outputs of the stage."""

    findings: dict[str, Any]
    slices: "pd.DataFrame"
    hardest: list[dict[str, Any]]
    proposals: list[dict[str, Any]]


def analyze(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    per_row: "pd.DataFrame",
    settings: AnalyzeParams,
    seed: int,
) -> Analysis:
    """Look at the candidate's answers to N test rows from four sides."""
    classification = is_classification(rows)
    cases = build_cases(rows, per_row, settings.metric, direction(settings.metric))
    masks = slice_masks(rows, settings.slices)
    scores = cases["candidate_score"].to_numpy(dtype=float)
    limit = settings.false_discovery_rate
    slices = weak_slices(scores, masks, settings.resamples, limit, seed)
    kinds = ["label" if wrong else "right" for wrong in cases["wrong"]]
    if not classification:
        kinds = error_types(cases)
    found = {
        "task": "classification" if classification else "generation",
        "metric": settings.metric,
        "rows": len(cases),
        "wrong": int(cases["wrong"].sum()),
        "slices": slice_findings(slices),
        "error_types": [] if classification else count_error_types(kinds, list(cases["lang"])),
        "confusions": confusion_pairs(cases) if classification else [],
        "clusters": error_clusters(cases, settings.clusters, seed),
        "examples": changes(cases),
    }
    weak = slices[slices["weak"].astype(bool)]
    return Analysis(
        {**found, "actions": actions(found)},
        slices,
        hardest_rows(cases, kinds, settings.hardest),
        propose(cases, train, weak, masks, settings.candidates_per_slice),
    )


def direction(name: str) -> int:
    """Return 1 where more is better, -1 where less is.

    Raises:
        UserError: the metric is unknown, or neither more nor less of it is better.
    """
    metric = METRICS.get(name)
    if metric is None or metric.higher_is_better is None:
        known = ", ".join(m.name for m in METRICS.values() if m.per_row and m.higher_is_better)
        raise UserError(f'params.yaml: analyze.metric: "{name}" ranks no rows; these do: {known}')
    return 1 if metric.higher_is_better else -1


def main() -> None:
    """Read rows, answers and row scores; write findings, slices, hardest rows and proposals."""
    inputs = ("--rows", "--train", "--candidate", "--per-row")
    paths = parse_paths(*inputs, "--findings", "--slices", "--hardest", "--proposals")
    rows, train = read_rows(paths.rows), read_rows(paths.train)
    per_row = pq.read_table(paths.per_row).to_pandas()
    settings = AnalyzeParams.read("analyze")
    result = analyze(rows, train, per_row, settings, read_seed())
    write_json(paths.findings, result.findings)
    write_text(paths.slices, result.slices.to_csv(index=False, lineterminator="\n"))
    write_jsonl(paths.hardest, result.hardest)
    write_jsonl(paths.proposals, result.proposals)


if __name__ == "__main__":
    run_stage(main)
