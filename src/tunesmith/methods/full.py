"""Full fine-tuning: every weight is trained and saved."""

from typing import Any, Literal

from tunesmith.methods.base import TrainingMethod


class Full(TrainingMethod):
    """Train all weights."""

    kind: Literal["full"] = "full"

    def apply(self, model: Any, task: str) -> Any:  # noqa: ARG002
        """Return the model with all weights trainable."""
        return model.requires_grad_(True)

    @property
    def keeps_base(self) -> bool:
        """False: the whole model is saved."""
        return False
