"""P-tuning: virtual tokens that a small network makes (https://arxiv.org/abs/2103.10385)."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.methods.base import Prompted, attach_prompt, peft_task, refuse_decoder_classes


class PTuning(Prompted):
    """Train the network that makes `tokens` virtual tokens at the input."""

    kind: Literal["p_tuning"] = "p_tuning"
    tokens: PositiveInt = 64
    encoder: Literal["mlp", "lstm"] = "mlp"
    hidden_size: PositiveInt = 128  # width of the network

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with virtual tokens and their encoder."""
        from peft import PromptEncoderConfig

        refuse_decoder_classes(model, task, self.kind)
        config = PromptEncoderConfig(
            num_virtual_tokens=self.tokens,
            encoder_reparameterization_type=self.encoder.upper(),
            encoder_hidden_size=self.hidden_size,
            task_type=peft_task(task),
        )
        return attach_prompt(model, config)
