"""Prompt tuning: learned embeddings before the prompt (https://arxiv.org/abs/2104.08691)."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.methods.base import TrainingMethod, attach, peft_task


class Prompt(TrainingMethod):
    """Train `tokens` virtual tokens at the input."""

    kind: Literal["prompt"] = "prompt"
    tokens: PositiveInt = 16

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with a soft prompt."""
        from peft import PromptTuningConfig

        config = PromptTuningConfig(num_virtual_tokens=self.tokens, task_type=peft_task(task))
        return attach(model, config)
