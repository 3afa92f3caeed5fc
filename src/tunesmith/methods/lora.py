"""LoRA: low-rank updates beside frozen matrices (https://arxiv.org/abs/2106.09685)."""

from typing import Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.methods.base import TrainingMethod, attach, peft_task


class Lora(TrainingMethod):
    """Train a product of rank `r`, scaled by alpha / r, beside each target module."""

    kind: Literal["lora"] = "lora"
    r: PositiveInt = 16
    alpha: PositiveFloat = 32
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: list[str] | Literal["all-linear"] = "all-linear"
    rslora: bool = False  # scale by alpha / sqrt(r): https://arxiv.org/abs/2312.03732
    dora: bool = False  # magnitude and direction apart: https://arxiv.org/abs/2402.09353

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with LoRA beside the target modules."""
        from peft import LoraConfig

        config = LoraConfig(
            r=self.r,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=self.targets,
            use_rslora=self.rslora,
            use_dora=self.dora,
            task_type=peft_task(task),
        )
        return attach(model, config)
