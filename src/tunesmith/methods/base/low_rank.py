"""What LoRA has in common on full and on quantised weights."""

from typing import Any

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.methods.base.attach import (
    attach,
    peft_task,
    refuse_unmatched,
    refuse_unmatched_pattern,
)
from tunesmith.methods.base.method import TrainingMethod

ALL_LINEAR = "all-linear"


class LowRank(TrainingMethod):
    """Train a product of rank `r`, scaled by alpha / r, beside each target module."""

    r: PositiveInt = 16
    alpha: PositiveFloat = 32
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: list[str] | str = ALL_LINEAR  # ends of module names, or one regex for whole names
    modules_to_save: list[str] = Field(default_factory=list)  # ends of names, trained whole
    rank_pattern: dict[str, PositiveInt] = Field(default_factory=dict)  # end of a name → its rank
    rslora: bool = False  # scale by alpha / sqrt(r): https://arxiv.org/abs/2312.03732
    dora: bool = False  # magnitude and direction apart: https://arxiv.org/abs/2402.09353

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with LoRA beside the target modules."""
        from peft import LoraConfig

        self._refuse_unknown_modules(model)
        tied = model.config.get_text_config().tie_word_embeddings
        config = LoraConfig(
            r=self.r,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=self.targets if isinstance(self.targets, str) else list(self.targets),
            modules_to_save=list(self.modules_to_save) or None,
            ensure_weight_tying=bool(self.modules_to_save and tied),  # else a merge unties them
            rank_pattern=dict(self.rank_pattern),
            use_rslora=self.rslora,
            use_dora=self.dora,
            task_type=peft_task(task),
            **self.more_options(),
        )
        return attach(model, config)

    def more_options(self) -> dict[str, Any]:
        """Return options of LoraConfig that only one kind has."""
        return {}

    def _refuse_unknown_modules(self, model: Any) -> None:
        """Refuse names that match nothing; PEFT trains without them and says nothing."""
        refuse_unmatched(model, "method.modules_to_save", self.modules_to_save)
        refuse_unmatched(model, "method.rank_pattern", self.rank_pattern)
        if isinstance(self.targets, list):
            refuse_unmatched(model, "method.targets", self.targets)
        elif self.targets != ALL_LINEAR:
            refuse_unmatched_pattern(model, "method.targets", self.targets)
