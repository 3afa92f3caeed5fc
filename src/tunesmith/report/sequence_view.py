"""The matrix of a sequence as a table whose shades say what its numbers say."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.words import count, interval, number, signed

SHADES = 5
SUMS = {  # key → its name, and what it is
    "average": ("Average", "the mean of the last line"),
    "forgetting": ("Forgetting", "how far tasks lie below their best, on average"),
    "backward_transfer": ("Backward transfer", "of tasks, from when they were learnt to the end"),
    "forward_transfer": ("Forward transfer", "of tasks, from the base to just before their step"),
}


def sequence(evidence: Evidence) -> Tree:
    """Return the matrix and its sums for the page; empty where no sequence was measured."""
    found = evidence.sequence
    if not found.get("steps"):
        return {}
    values = [one for line in [found["base"], *found["scores"]] for one in line]
    lines = [("base", None, found["base"])]
    steps = zip(found["steps"], found["tasks"], found["scores"], strict=True)
    lines += [(model, task, scores) for model, task, scores in steps]
    return {
        "title": found["title"],
        "by": found["by"],
        "better": "higher" if found["higher_is_better"] else "lower",
        "tasks": [{"name": task, "n": count(found["rows"][task])} for task in found["tasks"]],
        "lines": [_line(found, *line, min(values), max(values)) for line in lines],
        "sums": [_sum(found, key) for key in SUMS],
    }


def _line(
    found: Tree, model: str, own: str | None, scores: list[float], low: float, high: float
) -> Tree:
    """Return the scores of one model; its own task is framed, and those before it are past."""
    return {
        "model": model,
        "task": own,
        "cells": [
            {
                "value": number(score, found["scale"]),
                "own": task == own,
                "shade": _shade(score, low, high, found["higher_is_better"]),
            }
            for task, score in zip(found["tasks"], scores, strict=True)
        ],
    }


def _shade(score: float, low: float, high: float, higher_is_better: bool) -> int:
    """Return 0 for the worst score of the matrix to 5 for the best."""
    part = (score - low) / (high - low) if high > low else 0.0
    return round(SHADES * (part if higher_is_better else 1 - part))


def _sum(found: Tree, key: str) -> Tree:
    """Return one line of what the matrix comes to."""
    one, (name, what) = found[key], SUMS[key]
    shown = number if key == "average" else signed
    return {
        "name": name,
        "what": what,
        "value": shown(one["value"], found["scale"]),
        "interval": interval(one["low"], one["high"], found["scale"]),
    }
