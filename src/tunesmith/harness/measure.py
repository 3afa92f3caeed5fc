"""Runs tasks of lm_eval on one model and puts what they give into lines."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunesmith.component import Component
from tunesmith.files import sha256_text
from tunesmith.harness.installed import naming_packages
from tunesmith.harness.overflow import why_none
from tunesmith.harness.sums import finish_of, having, score_of, statistics
from tunesmith.harness.tasks import Tasks
from tunesmith.models.load import Loaded

RESAMPLES = 1000  # of the bootstrap, for metrics whose standard error has no formula


class Line(Component):
    """One metric of one task, or of a group of tasks."""

    task: str
    metric: str
    filter: str  # what lm_eval took the answer out of the text with
    value: float | None  # None: not a finite number
    why: str | None = None  # there is no value
    stderr: float | None  # lm_eval's, else by bootstrap; None: the metric is no sum over rows
    low: float | None = None  # of the 95 % interval; None likewise
    high: float | None = None
    n: int  # rows that have this metric
    n_shot: int
    version: str  # of the task
    higher_is_better: bool | None


@dataclass(frozen=True)
class Measured:
    """What one model did on the tasks."""

    lines: list[Line]
    samples: dict[str, list[dict[str, Any]]]  # task → row × filter
    rows: dict[str, str]  # task → SHA-256 over its rows and prompts
    cut: int  # prompts that lost their beginning


def run_tasks(
    loaded: Loaded, tasks: Tasks, chat: bool, batch_size: int, limit: int | None, seed: int
) -> Measured:
    """Put the tasks to a model.

    Args:
        loaded: the model.
        tasks: from `load_tasks`; asked anew each time.
        chat: through the chat template, worked examples as turns of the conversation.
        batch_size: texts in one pass; changes speed, not results in fp32.
        limit: the first rows of each task only.
        seed: of the draw of worked examples, the same for every model.

    Raises:
        UserError: a task needs a package that is not there, or what the model cannot give.
    """
    from lm_eval.evaluator import evaluate

    from tunesmith.harness.model import TunesmithLM

    for task in tasks["tasks"].values():
        task.set_fewshot_seed(seed=seed)
    model = TunesmithLM(loaded, chat, batch_size)
    with naming_packages(" --task ".join(tasks["tasks"])):
        found: Any = evaluate(
            lm=model,
            task_dict=tasks,
            limit=limit,
            bootstrap_iters=RESAMPLES,
            apply_chat_template=chat,
            fewshot_as_multiturn=chat,
        )
    samples = found["samples"]
    lines = [_with_interval(line, tasks, samples, seed) for line in lines_of(found)]
    return Measured(lines, samples, {n: _hash(s) for n, s in samples.items()}, model.cut)


def _with_interval(
    line: Line, tasks: Tasks, samples: dict[str, list[dict[str, Any]]], seed: int
) -> Line:
    """Give a metric that is a sum over rows its interval, and an error where it has none."""
    task = tasks["tasks"].get(line.task)
    finish = "a group" if task is None else finish_of(task, line.metric)
    if isinstance(finish, str) or line.n < 2 or line.value is None:
        return line
    table = statistics(having(samples[line.task], line.metric, line.filter), line.metric)
    with np.errstate(invalid="ignore"):  # a resample may be infinite where the whole is not
        score = score_of(table, finish, RESAMPLES, seed)
    error = score.stderr if line.stderr is None else line.stderr
    return line.model_copy(
        update={"stderr": _finite(error), "low": _finite(score.low), "high": _finite(score.high)}
    )


def lines_of(found: dict[str, Any]) -> list[Line]:
    """Return one line for each number that lm_eval gives, in the order of tasks and metrics."""
    return [
        _line(found, task, *key.split(",", 1))
        for task in sorted(found["results"])
        for key, value in sorted(found["results"][task].items())
        if "," in key and "_stderr," not in key and _number(value)
    ]


def _line(found: dict[str, Any], task: str, metric: str, kind: str) -> Line:
    """Return one line of the results."""
    values = found["results"][task]
    return Line(
        task=task,
        metric=metric,
        filter=kind,
        value=_finite(values[f"{metric},{kind}"]),
        why=why_none(values[f"{metric},{kind}"]),
        stderr=_finite(values.get(f"{metric}_stderr,{kind}")),
        n=_rows(found, task, metric, kind),
        n_shot=int(found["n-shot"].get(task) or 0),
        version=str(found["versions"].get(task, "")),
        higher_is_better=found["higher_is_better"].get(task, {}).get(metric),
    )


def _rows(found: dict[str, Any], task: str, metric: str, kind: str) -> int:
    """Count the rows behind a number; of a group, lm_eval counts those without the metric too."""
    rows = [row for row in found["samples"].get(task, []) if row["filter"] == kind]
    parts = found["group_subtasks"].get(task, [])
    own = sum(metric in row["metrics"] for row in rows)
    return own + sum(_rows(found, part, metric, kind) for part in parts)


def _number(value: Any) -> bool:
    """True for a number, numpy's too; a few tasks give texts or tables besides."""
    return hasattr(value, "__float__") and not isinstance(value, str)


def _finite(value: Any) -> float | None:
    """Return a number that JSON can hold, else None."""
    return float(value) if _number(value) and math.isfinite(value) else None


def _hash(samples: list[dict[str, Any]]) -> str:
    """Return one hash over rows and prompts: what two models must share to be compared."""
    return sha256_text("".join(f"{row['doc_hash']}{row['prompt_hash']}" for row in samples))
