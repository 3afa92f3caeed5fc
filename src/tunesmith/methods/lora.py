"""LoRA: low-rank updates beside frozen matrices (https://arxiv.org/abs/2106.09685)."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from tunesmith.methods.base import LowRank

WEIGHTS = "adapter_model.safetensors"
OUT_OF_WEIGHTS = {"pissa", "olora"}
INITS = {"default": True, "gaussian": "gaussian", "pissa": "pissa", "olora": "olora"}


class Lora(LowRank):
    """Train a product of rank `r`, scaled by alpha / r, beside each target module.

    `pissa` (https://arxiv.org/abs/2404.02948) and `olora` (https://arxiv.org/abs/2406.01775) begin
    with directions of the weights themselves, which they take out of the frozen rest. What they
    change is saved as a usual LoRA of twice the rank, for the base model as it is.
    """

    traceless: ClassVar[frozenset[str]] = frozenset({"lora_plus"})

    kind: Literal["lora"] = "lora"
    init: Literal["default", "gaussian", "pissa", "olora"] = "default"
    lora_plus: float | None = Field(None, ge=1)  # learning rate of B in those of A

    @model_validator(mode="after")
    def _can_be_saved(self) -> "Lora":
        """Refuse what PEFT cannot turn into a usual LoRA."""
        if self.init in OUT_OF_WEIGHTS and self.rslora and self.rank_pattern:
            raise ValueError(f"init: {self.init} does not go with rslora and rank_pattern at once")
        return self

    def more_options(self) -> dict[str, Any]:
        """Return how A and B begin."""
        return {"init_lora_weights": INITS[self.init]}

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with LoRA, and remember how it began where saving needs it."""
        from peft import get_peft_model_state_dict

        model = super().apply(model, task)
        if self.init in OUT_OF_WEIGHTS:
            model.began = {n: w.clone() for n, w in get_peft_model_state_dict(model).items()}
        return model

    def save(self, model: Any, folder: Path) -> None:
        """Save the adapter; one that began out of the weights as its difference from there."""
        super().save(model, folder)
        if hasattr(model, "began"):
            _save_difference(model, folder)

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


def _save_difference(model: Any, folder: Path) -> None:
    """Write A and B together with how they began, subtracted; what else is trained stays."""
    from safetensors.torch import load_file, save_file

    trained = load_file(folder / WEIGHTS)
    with TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        save_file(model.began, Path(scratch) / WEIGHTS)
        model.save_pretrained(folder, path_initial_model_for_weight_conversion=scratch)
    difference = load_file(folder / WEIGHTS)  # PEFT leaves out heads and magnitudes
    save_file({**trained, **difference}, folder / WEIGHTS, metadata={"format": "pt"})
