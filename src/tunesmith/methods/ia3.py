"""IA3: learned scales on keys, values and the feed-forward layer (https://arxiv.org/abs/2205.05638)."""

from typing import Any, Literal

from tunesmith.methods.base import TrainingMethod, attach, peft_task


class Ia3(TrainingMethod):
    """Train one scale per channel; wants a learning rate ten times that of LoRA."""

    kind: Literal["ia3"] = "ia3"

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with scales on the modules that PEFT knows for its architecture."""
        from peft import IA3Config

        return attach(model, IA3Config(task_type=peft_task(task)))
