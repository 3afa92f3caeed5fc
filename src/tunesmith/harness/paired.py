"""Compares two models on the very rows of a task: McNemar for right or wrong, else bootstrap."""

import math

import numpy as np

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.harness.measure import Line, Measured
from tunesmith.harness.sums import CONFIDENCE, Finish, finish_of, having, right_or_wrong, statistics
from tunesmith.harness.tasks import Tasks
from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.paired import paired_difference
from tunesmith.stats.resample import Floats, bootstrap_totals

RESAMPLES = 10_000


class Gap(Component):
    """First model minus second, in one metric of one task."""

    task: str
    metric: str
    filter: str
    difference: float
    low: float
    high: float
    p: float
    test: str  # mcnemar or bootstrap
    n: int


class LeftOut(Component):
    """A metric in which the two models are not compared."""

    task: str
    metric: str
    filter: str
    why: str


class Compared(Component):
    """All differences of two models, and the metrics that have none."""

    differences: list[Gap]
    left_out: list[LeftOut]


def compare(first: Measured, second: Measured, tasks: Tasks, seed: int) -> Compared:
    """Compare two models on the rows of the tasks that both were asked.

    Args:
        first: the model that is looked at.
        second: what it is compared with.
        tasks: that both were asked; they know how a metric comes out of rows.
        seed: of the resamples.

    Raises:
        UserError: the two were not asked the same.
    """
    _refuse_other_rows(first, second)
    found = [_of_line(line, (first, second), tasks, seed) for line in first.lines]
    return Compared(
        differences=[one for one in found if isinstance(one, Gap)],
        left_out=[one for one in found if isinstance(one, LeftOut)],
    )


def _refuse_other_rows(first: Measured, second: Measured) -> None:
    """Refuse to pair rows that are not the same."""
    other = sorted(task for task in first.rows if first.rows[task] != second.rows.get(task))
    if other:
        raise UserError(
            f"task {other[0]}: the two models read other prompts, so their rows make no pairs; "
            "their base models differ in the chat template: compare them with --plain"
        )


def _of_line(
    line: Line, models: tuple[Measured, Measured], tasks: Tasks, seed: int
) -> Gap | LeftOut:
    """Return the difference of two models in one metric, or why there is none."""
    finish = _finish(tasks, line)
    if isinstance(finish, str):
        return _left_out(line, finish)
    of_metric = [having(one.samples[line.task], line.metric, line.filter) for one in models]
    rows, others = ([row["doc_id"] for row in one] for one in of_metric)
    if rows != others:
        return _left_out(line, "the task scores other rows of one model than of the other")
    if len(rows) < 2:
        return _left_out(line, "one row: how far it would be from another is not known")
    parts = [statistics(one, line.metric) for one in of_metric]
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        gap = _gap(line, parts, finish, np.random.default_rng(seed))
    if not all(map(math.isfinite, (gap.difference, gap.low, gap.high, gap.p))):
        return _left_out(line, "infinite or no number of one of the models, so nothing to subtract")
    return gap


def _left_out(line: Line, why: str) -> LeftOut:
    """Return what is written of a metric without a difference."""
    return LeftOut(task=line.task, metric=line.metric, filter=line.filter, why=why)


def _finish(tasks: Tasks, line: Line) -> Finish | str:
    """Return how sums over rows become the metric, or why they do not."""
    task = tasks["tasks"].get(line.task)
    if task is None:
        return "a group: its tasks are compared one by one"
    finish = finish_of(task, line.metric)
    if isinstance(finish, str):
        return f"{finish} makes it of all rows at once, so rows cannot be paired"
    return finish


def _gap(
    line: Line,
    parts: list[Floats],
    finish: Finish,
    rng: np.random.Generator,
) -> Gap:
    """Return the difference of two models with its paired interval."""
    [totals] = bootstrap_totals([np.hstack(parts)], RESAMPLES, rng)
    value, other = (float(finish(part.sum(axis=0))) for part in parts)
    exact = _exact_p(parts)
    draws, others = finish(totals[:, :2]), finish(totals[:, 2:])
    found = paired_difference(value, other, draws, others, len(parts[0]), CONFIDENCE, exact)
    return Gap(
        task=line.task,
        metric=line.metric,
        filter=line.filter,
        difference=found.value,
        low=found.low,
        high=found.high,
        p=found.p,
        test="bootstrap" if exact is None else "mcnemar",
        n=found.n,
    )


def _exact_p(parts: list[Floats]) -> float | None:
    """Return McNemar's p where every row is right or wrong, else None."""
    if not all(map(right_or_wrong, parts)):
        return None
    gap = parts[0][:, 0] - parts[1][:, 0]
    return mcnemar(int((gap > 0).sum()), int((gap < 0).sum()))
