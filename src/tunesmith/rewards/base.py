"""What every reward has in common: it turns answers into numbers."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tunesmith.component import Component
from tunesmith.rows import Message, Row


@dataclass(frozen=True)
class Answer:
    """What a model answered."""

    row: Row  # whose prompt was asked
    prompt: list[Message]
    text: str
    tokens: int  # the end included
    finished: bool  # ended by itself before the limit


@dataclass(frozen=True)
class Place:
    """Where rewards are given.

    Attributes:
        judge: loads the model that the phase trains `with`, and returns what scores by it.
        functions: folder of the files of reward functions.
        work: folder for what may be needed again when the run goes on after an interruption.
        seed: of the run.
    """

    judge: Callable[[], "Judge"]
    functions: Path
    work: Path
    seed: int


Judge: TypeAlias = Callable[[list[list[Message]], list[str]], list[float]]
Scorer: TypeAlias = Callable[[list[Answer]], list[float]]


class Reward(Component):
    """Scores answers; of several the weighted sum is learnt from."""

    kind: str
    weight: float = 1.0

    @abstractmethod
    def scorer(self, place: Place) -> Scorer:
        """Return what scores answers; whatever takes long to load is loaded once, here."""
