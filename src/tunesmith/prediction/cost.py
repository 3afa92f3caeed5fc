"""What an answer costs: latency of one request, and throughput at the batch that suits best."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tunesmith.models.load import Loaded, peak_compute_memory_bytes
from tunesmith.prediction.forms import form_of, serve
from tunesmith.prediction.params import PredictParams
from tunesmith.rows import Row

GROWTH = 4  # between the batch sizes that are tried
QUANTILES = (50, 95, 99)


def measure_cost(
    loaded: Loaded, rows: list[Row], task: str, params: PredictParams
) -> dict[str, Any]:
    """Time requests one by one, then the same rows in growing batches.

    Args:
        loaded: a model.
        rows: the frozen rows; some are taken, evenly spaced, all of them of one form.
        task: of the model.
        params: how many requests, and the largest batch.

    Returns:
        Seconds of each of `latency_requests` at batch 1 in the order of the rows, so that models
        are compared on the same ones, and their p50, p95 and p99; the batch size that answered
        most rows a second, and that speed; `peak_memory_bytes` of the process or GPU. Nothing but
        the memory where no request is wanted.
    """
    chosen = _spaced([row for row in rows if form_of(row, task) == task] or rows, params)
    found: dict[str, Any] = {"peak_memory_bytes": peak_compute_memory_bytes()}
    if not chosen:
        return found
    form = form_of(chosen[0], task)

    def seconds(part: list[Row], batch_size: int) -> float:
        started = time.perf_counter()
        serve(loaded, part, form, params.model_copy(update={"batch_size": batch_size}))
        return time.perf_counter() - started

    seconds(chosen[:1], 1)  # the first request also pays for what is set up once
    single = [seconds([row], 1) for row in chosen]
    found |= {f"latency_p{q}_seconds": _rounded(np.percentile(single, q)) for q in QUANTILES}
    found |= {"latency_requests": len(single), "latencies_seconds": list(map(_rounded, single))}
    return found | _best_batch(seconds, chosen, single, params)


def _spaced(rows: list[Row], params: PredictParams) -> list[Row]:
    """Return rows that lie evenly among all."""
    count = min(params.latency_requests, len(rows))
    return [rows[place] for place in np.linspace(0, len(rows) - 1, count).round().astype(int)]


def _best_batch(
    seconds: Callable[[list[Row], int], float],
    rows: list[Row],
    single: list[float],
    params: PredictParams,
) -> dict[str, float]:
    """Return the batch size of most rows a second among 1, 4, 16 … and the one that is set."""
    speeds = {1: len(single) / sum(single)}
    for size in _sizes(params.batch_size):
        part = (rows * (size // len(rows) + 1))[: max(size, len(rows))]
        speeds[size] = len(part) / seconds(part, size)
    best = max(speeds, key=lambda size: speeds[size])
    return {"best_batch_size": best, "best_rows_per_second": _rounded(speeds[best])}


def _sizes(largest: int) -> Iterator[int]:
    """Yield 4, 16 … below the largest, and the largest."""
    size = GROWTH
    while size < largest:
        yield size
        size *= GROWTH
    if largest > 1:
        yield largest


def _rounded(value: float) -> float:
    """Return a measured value in four digits."""
    return float(f"{value:.4g}")
