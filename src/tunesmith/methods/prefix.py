"""Prefix tuning: learned keys and values before every layer (https://arxiv.org/abs/2101.00190)."""

from typing import Any, Literal

from tunesmith.methods.base import Prompted, attach_prompt, peft_task


class Prefix(Prompted):
    """Train `tokens` virtual positions in every layer."""

    kind: Literal["prefix"] = "prefix"
    projection: bool = False  # make them by a small network, which is dropped after training

    @property
    def recomputes(self) -> bool:
        """Keys and values of a prefix are a cache, which is not there the second time."""
        return False

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with a prefix."""
        from peft import PrefixTuningConfig

        config = PrefixTuningConfig(
            num_virtual_tokens=self.tokens,
            prefix_projection=self.projection,
            task_type=peft_task(task),
        )
        return attach_prompt(model, config)
