"""How far a rebuilt model is from the first: on a GPU sums have no fixed order, so bytes differ."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CANDIDATE = "candidate"


def weights_apart(first: Path, second: Path) -> float:
    """Return the norm of the difference of two safetensors files over that of the first.

    Tensors of other names or shapes are infinitely far apart.
    """
    from safetensors.torch import load_file

    one, two = load_file(first), load_file(second)
    if {name: t.shape for name, t in one.items()} != {name: t.shape for name, t in two.items()}:
        return math.inf
    gap = sum(float(((one[name] - two[name]).double() ** 2).sum()) for name in one)
    norm = sum(float((tensor.double() ** 2).sum()) for tensor in one.values())
    return math.sqrt(gap / norm) if norm else float(gap > 0)


def scores_apart(first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
    """Return the largest difference of the candidate's scores, each over the range of its metric.

    Args:
        first: the tree of reports/metrics.json; a metric without a range counts by its own value.
        second: another; a metric that only one has is infinitely far apart.
    """
    one, two = first[CANDIDATE], second[CANDIDATE]
    if set(one) != set(two):
        return math.inf
    about = first.get("about", {})
    return max((_apart(one[name], two[name], about.get(name, {})) for name in one), default=0.0)


def _apart(first: Mapping[str, Any], second: Mapping[str, Any], about: Mapping[str, Any]) -> float:
    """Return how far one metric is apart."""
    scale = about.get("scale") or abs(first["value"]) or 1.0
    return float(abs(first["value"] - second["value"]) / scale)
