"""Reads the validation curve of a training out of the lines that it prints while it runs.

A line crosses from DVC's temporary folder, and from a worker, by the same way as all others.
"""

import re
from typing import NamedTuple

EPOCH = 100  # steps of Optuna, so that curves of other lengths and batches are compared
WORDS = {  # as the training prints them
    "loss": "validation loss",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "token_accuracy": "token accuracy",
    "exact_match": "exact match",
    "rouge_l": "ROUGE-L",
}


class Point(NamedTuple):
    """One evaluation: `step` in hundredths of an epoch; `last` where the training ends with it."""

    step: int
    value: float
    last: bool = False


def point(line: str, phase: str, metric: str) -> Point | None:
    """Return what a line says of a metric on the validation rows, None if nothing.

    Args:
        line: as `tunesmith.training.callbacks.Progress` prints it.
        phase: of which it has to speak.
        metric: `best_by` of the phase; of a reward nothing is read, so such trials are not pruned.
    """
    if metric not in WORDS:
        return None
    begin = rf"{re.escape(phase)}: step (\d+)/(\d+), epoch (\d+\.\d+), validation loss "
    found = re.match(begin, line)
    value = re.search(rf", {re.escape(WORDS[metric])} (-?\d+\.\d+)", line)
    if found is None or value is None:
        return None
    return Point(round(float(found[3]) * EPOCH), float(value[1]), found[1] == found[2])
