"""Prompt tuning: learned embeddings before the prompt (https://arxiv.org/abs/2104.08691)."""

from typing import Any, Literal

from tunesmith.methods.base import Prompted, attach_prompt, peft_task, refuse_decoder_classes


class Prompt(Prompted):
    """Train `tokens` virtual tokens at the input."""

    kind: Literal["prompt"] = "prompt"

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with a soft prompt."""
        from peft import PromptTuningConfig

        refuse_decoder_classes(model, task, self.kind)
        config = PromptTuningConfig(num_virtual_tokens=self.tokens, task_type=peft_task(task))
        return attach_prompt(model, config)
