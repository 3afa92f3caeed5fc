"""Find where the candidate fails on the test rows, why, and what to do about it."""

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.clusters import error_clusters
from tunesmith.analysis.confusions import confusion_pairs
from tunesmith.analysis.error_types import count_error_types, error_types
from tunesmith.analysis.find import direction, find_slices
from tunesmith.analysis.findings import actions, plan, slice_findings
from tunesmith.analysis.hardest import changes, hardest_rows, with_nearest
from tunesmith.analysis.prices import full_score
from tunesmith.analysis.remedies import Signs
from tunesmith.analysis.surest import surest_errors
from tunesmith.analysis.suspects import chances_of, label_errors
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.answers import is_classification, read_predictions
from tunesmith.files import write_json, write_jsonl, write_text
from tunesmith.metrics import METRICS
from tunesmith.params import read_seed
from tunesmith.rows import read_rows
from tunesmith.stage import parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd


class Analysis(NamedTuple):
    """The three outputs of the stage."""

    findings: dict[str, Any]
    slices: "pd.DataFrame"
    hardest: list[dict[str, Any]]


def analyze(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    per_row: "pd.DataFrame",
    settings: AnalyzeParams,
    seed: int,
    candidate: "pd.DataFrame | None" = None,
) -> Analysis:
    """Look at the candidate's answers to N test rows from all sides.

    Args:
        rows: N test rows.
        train: what the candidate was trained on.
        per_row: answers and row scores of every model, as stage evaluate writes them.
        settings: metric, slices and sizes.
        seed: of every shuffle and sample.
        candidate: the candidate's predictions, for its probabilities; other rows are left out.
    """
    classification = is_classification(rows)
    cases = build_cases(rows, per_row, settings.metric, direction(settings.metric))
    chances = chances_of(cases["id"], candidate) if classification else None
    space = TrainSpace(train, seed)
    scores = cases["candidate_score"].to_numpy(dtype=float)
    ranked = find_slices(rows, train, scores, settings, seed)
    kinds = ["label" if wrong else "right" for wrong in cases["wrong"]]
    if not classification:
        kinds = error_types(cases)
    suspects = label_errors(cases, space, chances, classification)
    known = Signs(cases, kinds, frozenset(one["id"] for one in suspects["test"]), train)
    clusters = error_clusters(cases, settings.clusters, settings.encoder, seed)
    found = {
        "task": "classification" if classification else "generation",
        "metric": settings.metric,
        "rows": len(cases),
        "wrong": int(cases["wrong"].sum()),
        "slices": slice_findings(ranked.weak, known),
        "error_types": []
        if classification
        else count_error_types(kinds, list(cases["lang"]), scores.tolist()),
        "confusions": confusion_pairs(cases) if classification else [],
        "clusters": clusters.found,
        "cluster_vectors": {"kind": clusters.vectors, "why": clusters.why},
        "label_errors": suspects,
        "surest": surest_errors(cases, chances, settings.hardest),
        "examples": changes(cases),
    }
    steps = plan(found, scores, full_score(METRICS[settings.metric].scale, scores))
    return Analysis(
        {**found, "plan": steps, "actions": actions(steps)},
        ranked.table,
        with_nearest(hardest_rows(cases, kinds, settings.hardest), space),
    )


def main() -> None:
    """Read rows, answers and row scores; write findings, slices and hardest rows."""
    inputs = ("--rows", "--train", "--candidate", "--per-row")
    paths = parse_paths(*inputs, "--findings", "--slices", "--hardest")
    rows, train = read_rows(paths.rows), read_rows(paths.train)
    per_row = pq.read_table(paths.per_row).to_pandas()
    settings = AnalyzeParams.read("analyze")
    candidate = read_predictions(paths.candidate)
    result = analyze(rows, train, per_row, settings, read_seed(), candidate)
    write_json(paths.findings, result.findings)
    write_text(paths.slices, result.slices.to_csv(index=False, lineterminator="\n"))
    write_jsonl(paths.hardest, result.hardest)


if __name__ == "__main__":
    run_stage(main)
