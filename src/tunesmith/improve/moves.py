"""What a round can change when data is not the cause: one or a few dials of the training."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tunesmith.training.params import Phase

WEAK_METHODS = ("prompt", "p_tuning", "prefix", "ia3")  # little room to learn a hard task
MOST_EPOCHS, MOST_RANK = 20.0, 128


class Move(NamedTuple):
    """Dials of params.yaml, dotted, with what they become; why; and the slices that it is for."""

    name: str
    dials: dict[str, Any]
    why: str
    is_called_for: bool  # the training itself shows the cause
    targets: tuple[str, ...] = ()  # none: all rows


def moves(
    name: str, phase: Phase, outcome: Mapping[str, Any], mixture: Iterable[Move] = ()
) -> Iterator[Move]:
    """Yield what may help, the surest sign first, then what is worth a try.

    Args:
        name: of the phase that makes the candidate.
        phase: its dials.
        outcome: how its training went, as stage train writes it.
        mixture: of the train rows, see `mixture_moves`.
    """
    yield from _of_signs(name, phase, outcome)
    yield from mixture
    yield from _of_room(name, phase)
    for factor, words in ((2.0, "faster"), (0.5, "slower")):
        rate = phase.learning_rate * factor
        why = "no sign names a cause; another learning rate is the next best guess"
        yield Move(f"learn {words}", {f"phases.{name}.learning_rate": rate}, why, False)


def untried(found: Iterator[Move], tried: list[dict[str, Any]]) -> Move | None:
    """Return the first move whose dials no round has set before."""
    return next((move for move in found if move.dials not in tried), None)


def _of_signs(name: str, phase: Phase, outcome: Mapping[str, Any]) -> Iterator[Move]:
    """Yield what the losses call for."""
    if (at := outcome.get("diverging_at")) is not None:
        why = f"the training loss diverged at step {at['step']}"
        dials = {f"phases.{name}.learning_rate": phase.learning_rate / 3}
        yield Move("learn slower", dials, why, True)
    since, last = outcome.get("overfitting_since_step"), outcome.get("last_step")
    if since is not None and last:
        epochs = max(phase.epochs * since / last, 0.25)
        why = f"validation loss rises since step {since} of {last} while training loss falls"
        yield Move("stop earlier", {f"phases.{name}.epochs": _rounded(epochs)}, why, True)
        yield Move("decay weights", {f"phases.{name}.weight_decay": 0.1}, why, True)
    best = outcome.get("best_step")
    if best is not None and best == last and phase.epochs < MOST_EPOCHS:
        why = "the last evaluation was the best, so training stopped before it was done"
        dials = {f"phases.{name}.epochs": min(phase.epochs * 2, MOST_EPOCHS)}
        yield Move("train longer", dials, why, True)


def _of_room(name: str, phase: Phase) -> Iterator[Move]:
    """Yield methods with more to learn in."""
    method = phase.method
    rank = getattr(method, "r", None)
    if method.kind in WEAK_METHODS:
        why = f"{method.kind} trains few weights, which may not hold what the rows teach"
        lora = {"kind": "lora", "r": 16, "alpha": 32}
        yield Move("method lora", {f"phases.{name}.method": lora}, why, False)
    elif isinstance(rank, int) and rank * 2 <= MOST_RANK:
        why = f"a rank of {rank} may not hold what the rows teach"
        dials: dict[str, Any] = {f"phases.{name}.method.r": rank * 2}
        if isinstance(alpha := getattr(method, "alpha", None), int | float):
            dials[f"phases.{name}.method.alpha"] = alpha * 2
        yield Move("higher rank", dials, why, False)


def _rounded(epochs: float) -> float:
    """Return epochs in quarters, upwards."""
    return math.ceil(epochs * 4) / 4
