"""What is printed of a sequence: a line a way, over seeds."""

from typing import Any

import numpy as np
from scipy import stats

from benchmarks.continual.learn import JOINT
from tunesmith.stats.holm import holm

LEVEL = 0.05
HEAD = (
    "| way | average accuracy | of joint | forgetting | against naive | steps | CPU-s |\n"
    "|---|---|---|---|---|--:|--:|"
)
Seeds = list[dict[str, dict[str, Any]]]


def table(found: Seeds, ways: list[str]) -> list[str]:
    """Return the lines of the table: found holds, for each seed, what is measured of each way."""
    whole = [one[JOINT]["average"] for one in found]
    lines = [*HEAD.split("\n"), f"| joint | {interval(whole)} | | | | {_steps(found, JOINT)} | |"]
    certain = findings(found, [way for way in ways if way != "naive"])
    for way in ways:
        own = [one[way] for one in found]
        share = [one["average"] / all_at_once for one, all_at_once in zip(own, whole, strict=True)]
        lines.append(
            f"| {way} | {interval([one['average'] for one in own])} | {interval(share, '.0%')} "
            f"| {interval([one['forgetting'] for one in own])} | {_paired(found, way, certain)} "
            f"| {_steps(found, way)} | {np.mean([one['seconds'] for one in own]):.0f} |"
        )
    return lines


def interval(values: list[float], form: str = ".3f") -> str:
    """Return mean and 95 % interval over seeds by Student's t."""
    mean = float(np.mean(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)) if len(values) > 1 else 0
    return f"{mean:{form}} [{mean - half:{form}}, {mean + half:{form}}]"


def gaps(found: Seeds, way: str) -> list[float]:
    """Return by how much more a way forgets than naive, for each seed."""
    return [one[way]["forgetting"] - one["naive"]["forgetting"] for one in found]


def p_value(found: Seeds, way: str) -> float:
    """Return the two-sided p of Student's t for pairs; 1 of a single seed."""
    values = gaps(found, way)
    return float(stats.ttest_1samp(values, 0).pvalue) if len(values) > 1 else 1.0


def findings(found: Seeds, ways: list[str]) -> dict[str, bool]:
    """Return of each way whether it forgets otherwise than naive, all of them judged together."""
    if not ways or any("naive" not in one for one in found):
        return dict.fromkeys(ways, False)
    return dict(zip(ways, holm([p_value(found, way) for way in ways], LEVEL), strict=True))


def _paired(found: Seeds, way: str, certain: dict[str, bool]) -> str:
    """Return the difference from naive, and whether it holds beside the others."""
    if way == "naive" or any("naive" not in one for one in found):
        return ""
    said = "holds" if certain[way] else "does not hold"
    return f"{interval(gaps(found, way), '+.3f')}, p = {p_value(found, way):.2g}, {said}"


def _steps(found: Seeds, way: str) -> int:
    """Return the optimizer steps of a way."""
    return int(found[0][way]["steps"])
