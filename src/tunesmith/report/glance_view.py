"""The candidate at a glance: quality, generalisation, retention, behaviour, costs in one table."""

from collections.abc import Callable

from tunesmith.report.evidence import ResultEvidence, Tree
from tunesmith.report.score_view import MODELS, kind_of, score_cell
from tunesmith.report.set_view import change, gap_of, main_metric, own_name, sets_of
from tunesmith.report.words import quantity, share, signed
from tunesmith.sets import OOD, RETENTION

NONE = "–"
TRAINING = {  # of the candidate alone: base and champion were not trained in this run
    "train_seconds": "Training time",
    "tokens_per_second": "Tokens trained",
    "trainable_parameters": "Trainable parameters",
    "adapter_bytes": "Adapter size",
    "peak_memory_bytes": "Peak memory, training",
}
ANSWERING = {
    "latency_p50_seconds": "Latency, median",
    "latency_p95_seconds": "Latency, 95th percentile",
    "best_rows_per_second": "Best throughput, rows",
    "peak_memory_bytes": "Peak memory, answering",
}


def glance(evidence: ResultEvidence) -> list[Tree]:
    """Return groups of lines, each line with a cell a model; a group without lines is left out.

    A cell has `value`, `note` (its interval, or the change) and `kind` (better, worse, even).
    """
    groups: list[tuple[str, str, Callable[[ResultEvidence], list[Tree]]]] = [
        ("Quality", "scores", _quality),
        ("Generalisation", "sets", _generalisation),
        ("Retention", "sets", _retention),
        ("Behaviour", "behaviour", _behaviour),
        ("Efficiency", "efficiency", _efficiency),
    ]
    found = [{"title": title, "link": link, "lines": of(evidence)} for title, link, of in groups]
    return [group for group in found if group["lines"]]


def summary(evidence: ResultEvidence) -> Tree:
    """Return the candidate's numbers in short, for `dvc metrics`; nothing that a clock measured.

    `gap` is set minus test, `retention` the change from the base as a share of the base's score.
    """
    metrics, metric = evidence.metrics, evidence.verdict["metric"]
    gain = evidence.comparisons["against"]["champion"]["overall"][metric]
    gaps = {
        own_name(name): gap["difference"]
        for name in sets_of(metrics, OOD)
        if (gap := gap_of(evidence, name, "candidate", main_metric(evidence, name)))
    }
    kept = {
        own_name(name): change(evidence, name, main_metric(evidence, name))["ratio"]
        for name in sets_of(metrics, RETENTION)
    }
    failed, asked = _failures(evidence, "candidate")
    return {
        "verdict": evidence.verdict["verdict"],
        metric: metrics["candidate"][metric]["value"],
        "gain": gain["difference"],
        **({"gap": gaps} if gaps else {}),
        **({"retention": kept} if kept else {}),
        **({"failed_cases_ratio": failed / asked} if asked else {}),
    }


def _quality(evidence: ResultEvidence) -> list[Tree]:
    """Return the metric of the verdict on the test rows."""
    metric, metrics = evidence.verdict["metric"], evidence.metrics
    found = evidence.comparisons["against"]["champion"]["overall"][metric]
    kind = kind_of((found["low"], found["high"]), metrics["about"][metric]["higher_is_better"])
    cells = [_scored(metrics, metrics[model], model, metric) for model in MODELS]
    cells[-1]["kind"] = kind
    return [_line(f"{metrics['about'][metric]['title']}, test rows", cells)]


def _generalisation(evidence: ResultEvidence) -> list[Tree]:
    """Return the score on every out-of-distribution set and its gap to the test rows."""
    metrics, lines = evidence.metrics, []
    for name in sets_of(metrics, OOD):
        metric = main_metric(evidence, name)
        about, cells = metrics["about"][metric], []
        for model in MODELS:
            cell = _scored(metrics, metrics["sets"][name][model], model, metric)
            if gap := gap_of(evidence, name, model, metric):
                cell["note"] = _gap(gap, about["scale"], model == "candidate")
                cell["kind"] = kind_of((gap["low"], gap["high"]), about["higher_is_better"])
            cells.append(cell)
        lines.append(_line(f"{about['title']}, {own_name(name)}", cells))
    return lines


def _gap(found: Tree, scale: float | None, with_interval: bool) -> str:
    """Return a gap to the test rows."""
    value, low, high = (signed(found[key], scale) for key in ("difference", "low", "high"))
    return f"gap {value}" + (f" ({low} to {high})" if with_interval else "")


def _retention(evidence: ResultEvidence) -> list[Tree]:
    """Return the score on every retention set, and the candidate's change from the base."""
    metrics, lines = evidence.metrics, []
    for name in sets_of(metrics, RETENTION):
        metric = main_metric(evidence, name)
        cells = [_scored(metrics, metrics["sets"][name][m], m, metric) for m in MODELS]
        found = change(evidence, name, metric)
        cells[-1]["note"] = _in_percent(found) + " to the base"
        cells[-1]["kind"] = found["kind"]
        lines.append(_line(f"{metrics['about'][metric]['title']}, {own_name(name)}", cells))
    return lines


def _in_percent(found: Tree) -> str:
    """Return a change with its interval, in percent where there is a whole to be a part of."""
    return f"{found['share']} ({found['interval']})" if found["share"] else str(found["value"])


def _behaviour(evidence: ResultEvidence) -> list[Tree]:
    """Return the share of cases of the behavioural tests that each model fails."""
    if not evidence.behaviour.get("groups"):
        return []
    counts = {model: _failures(evidence, model) for model in MODELS}
    cells = [
        _cell(model, share(failed, asked), f"{failed} of {asked}")
        for model, (failed, asked) in counts.items()
    ]
    return [_line("Failed cases", cells)]


def _failures(evidence: ResultEvidence, model: str) -> tuple[int, int]:
    """Return how many cases a model fails, and of how many that it was asked."""
    found = [group["models"][model] for group in evidence.behaviour.get("groups", {}).values()]
    return sum(one["failures"] for one in found), sum(one["asked"] for one in found)


def _efficiency(evidence: ResultEvidence) -> list[Tree]:
    """Return what training and answering cost, as far as it was measured."""
    trained = {"candidate": evidence.efficiency.get(f"train-{evidence.candidate}", {})}
    asked = {model: evidence.efficiency.get(f"predict-{model}", {}) for model in MODELS}
    return [*_costs(TRAINING, trained), *_costs(ANSWERING, asked)]


def _costs(names: dict[str, str], found: dict[str, Tree]) -> list[Tree]:
    """Return a line for each cost that any model has."""
    return [
        _line(title, [_cost(model, found.get(model, {}), key) for model in MODELS])
        for key, title in names.items()
        if any(key in numbers for numbers in found.values())
    ]


def _cost(model: str, numbers: Tree, key: str) -> Tree:
    """Return one measured cost."""
    return _cell(model, quantity(key, numbers[key]) if key in numbers else NONE)


def _scored(metrics: Tree, scores: Tree, model: str, metric: str) -> Tree:
    """Return a model's value with its interval as the note."""
    cell = score_cell(metrics, scores, model, metric)
    return _cell(model, cell["value"], cell["interval"])


def _cell(model: str, value: str, note: str = "", kind: str = "even") -> Tree:
    """Return one cell."""
    return {"model": model, "value": value, "note": note, "kind": kind}


def _line(title: str, cells: list[Tree]) -> Tree:
    """Return one line."""
    return {"title": title, "cells": cells}
