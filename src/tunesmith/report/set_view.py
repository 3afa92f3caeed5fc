"""The sets beside the test rows: out-of-distribution with the gap, retention with the loss."""

from tunesmith.report.evidence import ResultEvidence, Tree
from tunesmith.report.score_view import MODELS, difference_cell, kind_of, reach_of, score_cell
from tunesmith.report.words import count, signed, signed_share
from tunesmith.sets import OOD, RETENTION, judged_by


def sets_of(metrics: Tree, prefix: str) -> list[str]:
    """Return the names of the sets of one sort."""
    return [name for name in metrics["sets"] if name.startswith(prefix)]


def own_name(name: str) -> str:
    """Return a set's name without its sort."""
    return name.partition(":")[2]


def main_metric(evidence: ResultEvidence, name: str) -> str:
    """Return what the gate judges a set by, or the first metric where it cannot."""
    scores = evidence.metrics["sets"][name]["candidate"]
    return judged_by(evidence.verdict["metric"], scores) or next(iter(scores))


def gap_of(evidence: ResultEvidence, name: str, model: str, metric: str) -> Tree | None:
    """Return an out-of-distribution set's score minus the test rows', if these have such a score.

    Two independent draws. Plain text beside test rows that are answered has no such gap.
    """
    found: Tree | None = evidence.metrics["gaps"][name][model].get(metric)
    return found


def ood_table(evidence: ResultEvidence) -> list[Tree]:
    """Return a line for each out-of-distribution set and metric, with the candidate's gap."""
    return [
        _line(evidence, name, metric, gap, "gap to", "the test rows")
        for name in sets_of(evidence.metrics, OOD)
        for metric in _metrics(evidence, name)
        for gap in [gap_of(evidence, name, "candidate", metric)]
    ]


def retention_table(evidence: ResultEvidence) -> list[Tree]:
    """Return a line for each retention set and metric, with the candidate's change from base."""
    against = evidence.comparisons["against"]["base"]["sets"]
    return [
        _line(evidence, name, metric, against[name][metric], "candidate against", "base")
        | {"share": change(evidence, name, metric)["share"]}
        for name in sets_of(evidence.metrics, RETENTION)
        for metric in _metrics(evidence, name)
    ]


def change(evidence: ResultEvidence, name: str, metric: str) -> Tree:
    """Return the candidate's change from the base on a retention set.

    `ratio` is its share of the base's score, None where that is 0; `share` and `interval` are the
    same in words, empty there.
    """
    found = evidence.comparisons["against"]["base"]["sets"][name][metric]
    about = evidence.metrics["about"][metric]
    base = abs(evidence.metrics["sets"][name]["base"][metric]["value"])
    bounds = [signed(100 * found[end] / base, 100) if base else "" for end in ("low", "high")]
    return {
        "value": signed(found["difference"], about["scale"]),
        "ratio": found["difference"] / base if base else None,
        "share": signed_share(found["difference"] / base) if base else "",
        "interval": " to ".join(bounds) if base else "",
        "kind": kind_of((found["low"], found["high"]), about["higher_is_better"]),
    }


def _metrics(evidence: ResultEvidence, name: str) -> list[str]:
    """Return a set's metrics, that of the verdict first."""
    main = main_metric(evidence, name)
    return [main, *(one for one in evidence.metrics["sets"][name]["candidate"] if one != main)]


def _line(
    evidence: ResultEvidence, name: str, metric: str, found: Tree | None, what: str, other: str
) -> Tree:
    """Return the scores of all models on a set, a change with its drawing, and the gain.

    `change` is None where there is nothing to compare with.
    """
    metrics = evidence.metrics
    about, scores = metrics["about"][metric], metrics["sets"][name]
    champion = evidence.comparisons["against"]["champion"]["sets"][name][metric]
    return {
        "set": own_name(name),
        "title": about["title"],
        "main": metric == main_metric(evidence, name),
        "n": count(scores["candidate"][metric]["n"]),
        "cells": [score_cell(metrics, scores[model], model, metric) for model in MODELS],
        "change": found and difference_cell(other, found, about, reach_of([{other: found}]), what),
        "champion": difference_cell("champion", champion, about, reach_of([{"": champion}])),
        "share": "",
    }
