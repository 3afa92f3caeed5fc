"""The confusion matrix of a classifier as a table whose shades say what its numbers say."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.words import share

SHADES = 5


def matrices(evidence: Evidence) -> list[Tree]:
    """Return the matrix of the candidate and, where they differ, of champion and base.

    At most 20 labels and "(other)", as stage evaluate bounds it; lines are references, columns
    predictions, and a cell's shade is its share of the line.
    """
    found = evidence.metrics.get("confusion", {})
    shown: list[Tree] = []
    for model in ("candidate", "champion", "base"):
        counts = found.get(model)
        if counts and all(counts != found[one["model"]] for one in shown):
            shown.append(_matrix(model, counts))
    return shown


def _matrix(model: str, found: Tree) -> Tree:
    """Return one model's lines."""
    labels = found["labels"]
    lines = zip(labels, found["counts"], strict=True)
    return {
        "model": model,
        "labels": labels,
        "lines": [_line(place, label, counts) for place, (label, counts) in enumerate(lines)],
    }


def _line(place: int, label: str, counts: list[int]) -> Tree:
    """Return one reference label: its cells, its rows and how many were right."""
    total = sum(counts)
    return {
        "label": label,
        "total": total,
        "recall": share(counts[place], total),
        "cells": [
            {"count": count, "right": column == place, "shade": _shade(count, total)}
            for column, count in enumerate(counts)
        ],
    }


def _shade(count: int, total: int) -> int:
    """Return 0 for nothing, else 1 to 5 by the share of the line."""
    return min(1 + int(SHADES * count / total), SHADES) if count else 0
