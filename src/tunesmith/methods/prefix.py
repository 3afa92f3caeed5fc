"""Prefix tuning: learned keys and values before every layer (https://arxiv.org/abs/2101.00190)."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.methods.base import TrainingMethod, attach, peft_task


class Prefix(TrainingMethod):
    """Train `tokens` virtual positions in every layer."""

    kind: Literal["prefix"] = "prefix"
    tokens: PositiveInt = 16
    projection: bool = False

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with a prefix."""
        from peft import PrefixTuningConfig

        config = PrefixTuningConfig(
            num_virtual_tokens=self.tokens,
            prefix_projection=self.projection,
            task_type=peft_task(task),
        )
        return attach(model, config)
