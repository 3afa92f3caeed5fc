"""Likelihood: of the task's tokens or classes, as the model itself or `training/losses.py` does."""

from typing import ClassVar, Literal

from tunesmith.objectives.base import Setting, TrainingObjective


class Likelihood(TrainingObjective):
    """Make the answers of the rows, or their classes, likely."""

    kind: Literal["likelihood"] = "likelihood"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "classification", "completion", "text")
    in_line: ClassVar[bool] = True

    def bound(self, setting: Setting) -> None:  # noqa: ARG002
        """Return None: the Trainer does it."""
        return
