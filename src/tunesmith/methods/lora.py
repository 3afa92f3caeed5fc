"""LoRA: low-rank updates beside frozen matrices (https://arxiv.org/abs/2106.09685)."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from tunesmith.methods.base import LowRank

INITS = {"default": True, "gaussian": "gaussian", "pissa": "pissa", "olora": "olora"}


class Lora(LowRank):
    """Train a product of rank `r`, scaled by alpha / r, beside each target module.

    `pissa` (https://arxiv.org/abs/2404.02948) and `olora` (https://arxiv.org/abs/2406.01775) begin
    with the largest directions of the weights and freeze the rest. Loading computes them again.
    """

    traceless: ClassVar[frozenset[str]] = frozenset({"lora_plus"})

    kind: Literal["lora"] = "lora"
    init: Literal["default", "gaussian", "pissa", "olora"] = "default"
    lora_plus: float | None = Field(None, ge=1)  # learning rate of B in those of A

    def more_options(self) -> dict[str, Any]:
        """Return how A and B begin."""
        return {"init_lora_weights": INITS[self.init]}

    def optimizer(self, model: Any, arguments: Any) -> Any:
        """Return the optimizer of LoRA+, in which B learns faster than A.

        Source: https://arxiv.org/abs/2402.12354.
        """
        if self.lora_plus is None:
            return None
        from peft.optimizers import create_loraplus_optimizer
        from transformers import Trainer

        optimizer, options = Trainer.get_optimizer_cls_and_kwargs(arguments, model)
        return create_loraplus_optimizer(
            model,
            optimizer,
            loraplus_lr_ratio=self.lora_plus,
            loraplus_weight_decay=arguments.weight_decay,
            **options,
        )
