"""Prompt tuning: learned embeddings before the prompt (https://arxiv.org/abs/2104.08691)."""

from typing import Any, ClassVar, Literal

from pydantic import PositiveInt

from tunesmith.methods.base import Prompted, attach_prompt, peft_task, refuse_decoder_classes

INITS = {"vocabulary": "SAMPLE_VOCAB", "random": "RANDOM"}


class Prompt(Prompted):
    """Train `tokens` virtual tokens at the input.

    Sixteen hardly move a small model, a hundred is what the paper takes.

    They begin as embeddings of drawn tokens, in the range that the model knows; `random` is PEFT's
    own, of a standard deviation of 1, which is many times that of embeddings.
    """

    traceless: ClassVar[frozenset[str]] = frozenset({"init"})

    kind: Literal["prompt"] = "prompt"
    tokens: PositiveInt = 64
    init: Literal["vocabulary", "random"] = "vocabulary"

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with a soft prompt."""
        from peft import PromptTuningConfig

        refuse_decoder_classes(model, task, self.kind)
        config = PromptTuningConfig(
            num_virtual_tokens=self.tokens,
            prompt_tuning_init=INITS[self.init],
            task_type=peft_task(task),
        )
        return attach_prompt(model, config)
