"""What the stage hands to augmenters that need more than a text: a folder, models, replies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from tunesmith.component import Component
from tunesmith.endpoints.replies import Replies
from tunesmith.rows import Message


class ModelHere(Component):
    """A model that this machine runs: a folder with safetensors, or a hub id with its commit."""

    model: str
    revision: str | None = None
    digest: str | None = None  # of the weights; others are refused
    batch_size: int = 16
    max_new_tokens: int = 128


class Translator(Protocol):
    """Translates texts from the one language that a model reads to the one that it writes."""

    def __call__(self, model: ModelHere, texts: Sequence[str], /) -> list[str | None]:
        """Return the translations in order, None for one that did not end in time."""


Writer: TypeAlias = Callable[[ModelHere, Sequence[list[Message]]], list[str | None]]


def _not_here(model: ModelHere, texts: Sequence[object]) -> list[str | None]:
    """Stand in for a model where none is needed."""
    raise NotImplementedError(f"no way to run {model.model} on {len(texts)} texts was handed in")


@dataclass(frozen=True)
class Tools:
    """Where files of augmenters lie, what ran before, and how models are run."""

    material: Path = field(default_factory=Path)  # relative paths of lexicons start here
    replies: Replies = field(default_factory=Replies)
    translate: Translator = _not_here
    write: Writer = _not_here
