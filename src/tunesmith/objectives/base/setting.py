"""What an objective gets to know of the training that it is bound to."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def _alone(one: Any) -> list[Any]:
    return [one]


@dataclass(frozen=True)
class Setting:
    """One training, before its first step.

    Attributes:
        model: with the adapter, which may not be trained yet; its state is that of the start.
        tokenizer: of the model.
        train: encoded rows.
        validation: likewise.
        work: folder of the phase's checkpoints, where what is computed once is kept.
        batch_rows: rows that fit into memory at once.
        max_length: tokens of a row at most.
        seed: of the phase.
        partner: loads the model that the phase trains `with`, for a task; it is not trained.
        rank: of this process.
        processes: how many there are.
        gathered: returns what each process gives, by rank; each has to call it.
        precision: context in which the model computes as it does when it is trained.
        rows: of train and validation, as they were before they were encoded.
        encode: encodes rows as those of `train` were.
        prompts: rows that have no answer, which are not in `train`.
    """

    model: Any
    tokenizer: Any
    train: list[dict[str, Any]]
    validation: list[dict[str, Any]]
    work: Path
    batch_rows: int
    max_length: int
    seed: int
    partner: Callable[[str], Any]
    rank: int = 0
    processes: int = 1
    gathered: Callable[[Any], list[Any]] = _alone
    precision: Callable[[], AbstractContextManager[Any]] = nullcontext
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    encode: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list
    prompts: list[dict[str, Any]] = field(default_factory=list)
