"""The scores of base, champion and candidate as the page shows them."""

from collections.abc import Iterable

from tunesmith.report.evidence import Evidence, Lines, Tree
from tunesmith.report.track import bar, difference
from tunesmith.report.words import interval, number, p_value, signed

MODELS = ("base", "champion", "candidate")
OTHERS = ("champion", "base")
LANGUAGES = {"en": "English", "zh": "Chinese", "mixed": "mixed", "other": "other", "und": "unknown"}


def metric_panels(evidence: Evidence) -> list[Tree]:
    """Return, for each metric, its bars of every model on all rows and by language."""
    about = evidence.metrics["about"]
    groups = _groups(evidence)
    return [
        {
            "title": about[name]["title"],
            "hint": _hint(about[name]["higher_is_better"]),
            "signature": about[name]["signature"],
            "groups": [
                {"name": title, "bars": _bars(evidence, name, key)} for key, title in groups.items()
            ],
        }
        for name in metric_names(evidence)
    ]


def metric_names(evidence: Evidence) -> list[str]:
    """Return the metrics in the order of params.yaml, which the score table keeps."""
    return list(dict.fromkeys(line["metric"] for line in test_lines(evidence)))


def test_lines(evidence: Evidence) -> Lines:
    """Return the scores of the test rows."""
    return [line for line in evidence.scores if line["set"] == "test"]


def _groups(evidence: Evidence) -> dict[str, str]:
    """Return the slices that are drawn: all rows, and each language where there are several."""
    languages = [
        line["slice"] for line in test_lines(evidence) if line["slice"].startswith("lang=")
    ]
    found = dict.fromkeys(languages)
    titles = {key: LANGUAGES.get(key[5:], key[5:]) for key in found} if len(found) > 1 else {}
    return {"overall": "All rows", **titles}


def _hint(higher_is_better: bool | None) -> str:
    """Say which way is better."""
    if higher_is_better is None:
        return "neither way is better"
    return "higher is better" if higher_is_better else "lower is better"


def _bars(evidence: Evidence, metric: str, group: str) -> list[Tree]:
    """Return one bar a model."""
    scale = evidence.metrics["about"][metric]["scale"]
    lines = {
        line["model"]: line
        for line in test_lines(evidence)
        if line["metric"] == metric and line["slice"] == group
    }
    shown = [(model, lines[model]) for model in MODELS if model in lines]
    top = scale or max(abs(float(line[key])) for _, line in shown for key in ("low", "high")) or 1.0
    return [_bar(model, line, float(top), scale) for model, line in shown]


def _bar(model: str, line: dict[str, str], top: float, scale: float | None) -> Tree:
    """Return a model's bar with its numbers in words; values below 0 are drawn by their size."""
    value, low, high = (float(line[key]) for key in ("value", "low", "high"))
    words = interval(low, high, scale)
    label = f"{model}: {number(value, scale)} ({words})"
    ends = sorted((abs(low), abs(high)))
    return {
        "model": model,
        "value": number(value, scale),
        "interval": words,
        "n": int(float(line["n"])),
        "svg": bar(abs(value), top, model, label, (ends[0], ends[1])),
    }


def score_table(evidence: Evidence) -> list[Tree]:
    """Return one line a metric with every model's value and interval on all rows."""
    about = evidence.metrics["about"]
    return [
        {
            "title": about[name]["title"],
            "cells": [
                score_cell(evidence.metrics, evidence.metrics[model], model, name)
                for model in MODELS
            ],
        }
        for name in metric_names(evidence)
    ]


def score_cell(metrics: Tree, scores: Tree, model: str, metric: str) -> Tree:
    """Return one value and interval of a model's scores by metric."""
    scale = metrics["about"][metric]["scale"]
    score = scores[metric]
    words = interval(score["low"], score["high"], scale)
    return {"model": model, "value": number(score["value"], scale), "interval": words}


def comparison_table(evidence: Evidence) -> list[Tree]:
    """Return the candidate's difference from champion and base, one line a metric."""
    found = {name: _paired(evidence, None, name) for name in metric_names(evidence)}
    return [
        _line(evidence, name, evidence.metrics["about"][name]["title"], pairs, reach_of([pairs]))
        for name, pairs in found.items()
    ]


def slice_comparisons(evidence: Evidence, metric: str) -> list[Tree]:
    """Return the candidate's difference in one metric for every slice, drawn on one scale."""
    slices = evidence.comparisons["against"][OTHERS[0]]["slices"]
    places = [(name, value) for name, values in slices.items() for value in values]
    found = {place: _paired(evidence, place, metric) for place in places}
    reach = reach_of(found.values())
    return [
        _line(evidence, metric, " = ".join(place), pairs, reach) for place, pairs in found.items()
    ]


def _paired(evidence: Evidence, place: tuple[str, str] | None, metric: str) -> dict[str, Tree]:
    """Return the difference from each other model, overall or in one slice."""
    against = evidence.comparisons["against"]
    if place is None:
        return {other: against[other]["overall"][metric] for other in OTHERS}
    name, value = place
    return {other: against[other]["slices"][name][value][metric] for other in OTHERS}


def reach_of(lines: Iterable[dict[str, Tree]]) -> float:
    """Return the end of the scale that all these intervals fit on."""
    bounds = [abs(one[end]) for pairs in lines for one in pairs.values() for end in ("low", "high")]
    return 1.1 * max(bounds) or 1.0


def _line(
    evidence: Evidence, metric: str, title: str, pairs: dict[str, Tree], reach: float
) -> Tree:
    """Return one line of a table of differences."""
    about = evidence.metrics["about"][metric]
    cells = [difference_cell(other, found, about, reach) for other, found in pairs.items()]
    return {"title": title, "cells": cells}


def difference_cell(
    other: str, found: Tree, about: Tree, reach: float, what: str = "candidate against"
) -> Tree:
    """Return one difference in words and as a drawing that ends at `reach`."""
    scale, value, bounds = about["scale"], found["difference"], (found["low"], found["high"])
    kind = kind_of(bounds, about["higher_is_better"])
    words = f"{signed(bounds[0], scale)} to {signed(bounds[1], scale)}"
    label = f"{what} {other}: {signed(value, scale)} ({words})"
    return {
        "other": other,
        "value": signed(value, scale),
        "interval": words,
        "p": p_value(found["p"]),
        "n": found["n"],
        "kind": kind,
        "svg": difference(value, bounds, reach, kind, label),
    }


def kind_of(bounds: tuple[float, float], higher_is_better: bool | None) -> str:
    """Return better, worse, or even where 0 is inside the interval."""
    if bounds[0] <= 0 <= bounds[1] or higher_is_better is None:
        return "even"
    return "better" if (bounds[0] > 0) == higher_is_better else "worse"
