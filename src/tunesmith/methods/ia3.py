"""IA3: learned scales on keys, values and the feed-forward layer (https://arxiv.org/abs/2205.05638)."""

from typing import Any, Literal

from pydantic import Field

from tunesmith.methods.base import TrainingMethod, attach, peft_task, refuse_unmatched


class Ia3(TrainingMethod):
    """Train one scale per channel; wants a learning rate ten times that of LoRA."""

    kind: Literal["ia3"] = "ia3"
    targets: list[str] | None = None  # None: those that PEFT knows for the architecture
    feed_forward: list[str] = Field(default_factory=list)  # targets that are scaled before

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with scales on the target modules."""
        from peft import IA3Config

        refuse_unmatched(model, "method.targets", self.targets or [])
        refuse_unmatched(model, "method.feed_forward", self.feed_forward)
        config = IA3Config(
            target_modules=self.targets and list(self.targets),
            feedforward_modules=list(self.feed_forward) if self.targets else None,
            task_type=peft_task(task),
        )
        return attach(model, config)
