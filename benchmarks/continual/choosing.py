"""Chooses the rate of each way and the dial of its own, on seeds that are not printed."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.continual.learn import Job, learnt
from benchmarks.continual.sequences import Sequence
from benchmarks.continual.ways import WAYS
from benchmarks.parallel import done

Dials = tuple[float, float | None]  # learning rate, and the value of a way's own dial


def chosen(asked: Any, sequences: list[Sequence], ways: list[str]) -> dict[str, Dials]:
    """Return, by way, the rate and the value of its dial with the highest average over seeds.

    A way that has nothing to choose from is not tried.
    """
    tried = {way: [(r, v) for r in asked.rates for v in values_of(way)] for way in ways}
    jobs = [
        Job(sequence, way, rate, asked.epochs, value, asked.batch, asked.later)
        for way in ways
        for rate, value in tried[way]
        for sequence in sequences
        if len(tried[way]) > 1
    ]
    averages: dict[str, dict[Dials, list[float]]] = {way: defaultdict(list) for way in ways}
    for job, found in done(learnt, jobs, asked.processes):
        value = "" if job.value is None else f", dial {job.value:g}"
        said = f"average {found['average']:.3f}, forgetting {found.get('forgetting', 0):.3f}"
        seed = job.sequence.seed
        print(f"seed {seed}, {job.way}, rate {job.rate:g}{value}: {said}", flush=True)
        averages[job.way][job.rate, job.value].append(found["average"])
    best = {way: highest(averages[way]) if averages[way] else tried[way][0] for way in ways}
    for way, (rate, value) in best.items():
        print(f"chosen for {way}: rate {rate:g}, dial {value}", flush=True)
    return best


def values_of(way: str) -> tuple[float | None, ...]:
    """Return the values of a way's dial that are tried; None where it has none."""
    tried = WAYS[way].tried if way in WAYS else None
    return tried[1] if tried else (None,)


def highest(averages: dict[Dials, list[float]]) -> Dials:
    """Return the dials with the highest mean; of equals the same ones always."""
    return max(sorted(averages, key=str), key=lambda dials: float(np.mean(averages[dials])))


def write_dials(path: Path, dials: dict[str, Dials]) -> None:
    """Write what was chosen."""
    path.write_text(json.dumps(dials, indent=1) + "\n", encoding="utf-8")


def read_dials(path: Path) -> dict[str, Dials]:
    """Return what was chosen."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {way: (rate, value) for way, (rate, value) in found.items()}
