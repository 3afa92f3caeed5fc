"""What the losses say about a training, from its history alone: over-fitting, divergence."""

from itertools import pairwise
from typing import Any

History = list[dict[str, Any]]
RISES = 2  # evaluations in a row
DIVERGED_TIMES = 2.0  # the best training loss
DIVERGED_NATS = 0.5  # and at least so much above it
DIVERGED_LOGS = 5  # are looked at together, without the highest of them
STUCK = 1e-3  # of a loss
STUCK_LOGS = 5  # of which all are that near


def overfitting(history: History) -> int | None:
    """Return the step since which validation loss rises while training loss falls, or None.

    It is the step of the lowest validation loss, once `RISES` evaluations after it were each higher
    than the one before, while the mean training loss before the last of them is lower than before
    the lowest.

    Args:
        history: what was logged so far, in order.
    """
    pairs = _evaluated(history)
    validation = [loss for _, _, loss in pairs]
    if len(pairs) <= RISES:
        return None
    lowest = validation.index(min(validation))
    last = validation[-RISES - 1 :]
    rises = all(later > earlier for earlier, later in pairwise(last))
    if not rises or lowest >= len(pairs) - RISES or not pairs[-1][1] < pairs[lowest][1]:
        return None
    return pairs[lowest][0]


def divergence(history: History) -> dict[str, float] | None:
    """Return step, loss and lowest loss when the training loss is far above its lowest, or None.

    Both are means of `DIVERGED_LOGS` logged losses in a row without the highest: one hard step is
    none, and batches of short rows and of long ones, which follow each other, are of one height.
    Far is `DIVERGED_TIMES` the lowest and `DIVERGED_NATS` above it.
    """
    logged = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    losses = [loss for _, loss in logged]
    ends = range(DIVERGED_LOGS, len(losses) + 1)
    means = [_trimmed_mean(losses[end - DIVERGED_LOGS : end]) for end in ends]
    if not means:
        return None
    best = min(means)
    if means[-1] <= max(best * DIVERGED_TIMES, best + DIVERGED_NATS):
        return None
    return {"step": logged[-1][0], "loss": means[-1], "lowest": best}


def _trimmed_mean(losses: list[float]) -> float:
    """Return the mean without the highest."""
    return sum(sorted(losses)[:-1]) / (len(losses) - 1)


def stuck(history: History, idle: float | None) -> bool:
    """Return whether no training loss has ever left that of a model that prefers nothing.

    Args:
        history: what was logged so far, in order.
        idle: that loss; None where the objective has none.
    """
    losses = [entry["loss"] for entry in history if "loss" in entry]
    return (
        idle is not None
        and len(losses) >= STUCK_LOGS
        and all(abs(loss - idle) < STUCK for loss in losses)
    )


def first(find: Any, history: History) -> Any:
    """Return what a function finds at the earliest point of a history, or None."""
    found = (find(history[:end]) for end in range(1, len(history) + 1))
    return next((one for one in found if one is not None), None)


def outcome(history: History, best_step: int | None, last_step: int) -> dict[str, Any]:
    """Return how a training went; the same for the same losses, so that it can be versioned."""
    return {
        "best_step": best_step,
        "last_step": last_step,
        "overfitting_since_step": first(overfitting, history),
        "diverging_at": first(divergence, history),
    }


def _evaluated(history: History) -> list[tuple[int, float, float]]:
    """Return, per evaluation, its step, the mean training loss since the last, and its loss."""
    found: list[tuple[int, float, float]] = []
    since: list[float] = []
    for entry in history:
        if "loss" in entry:
            since.append(entry["loss"])
        elif "eval_loss" in entry:
            before = found[-1][1] if found else float("inf")
            mean = sum(since) / len(since) if since else before
            found.append((entry["step"], mean, entry["eval_loss"]))
            since = []
    return found
