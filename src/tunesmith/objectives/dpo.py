"""DPO: answers are made likelier or less so than at the start, by which one was preferred.

Source: https://arxiv.org/abs/2305.18290.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveFloat

from tunesmith.objectives.base import Setting, TrainingObjective
from tunesmith.objectives.base.paired import Answers, PairBound, distinct
from tunesmith.objectives.base.pairs import PairCollator
from tunesmith.objectives.base.reference import with_reference


class Dpo(TrainingObjective):
    """Widen the margin of the chosen answer's log-ratio to the start over the rejected one's."""

    kind: Literal["dpo"] = "dpo"
    tasks: ClassVar[tuple[str, ...]] = ("preference",)
    best_by: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    beta: PositiveFloat = 0.1  # how dear it is to leave the start
    label_smoothing: float = Field(0.0, ge=0, lt=0.5)  # share of pairs that may be wrong

    def bound(self, setting: Setting) -> PairBound:
        """Return the objective with the log-probabilities of the start."""
        from dataclasses import replace

        train, validation = distinct(setting)
        collator = PairCollator(setting.tokenizer.pad_token_id)
        train, validation = with_reference(
            replace(setting, train=train, validation=validation), collator
        )
        return PairBound(train, validation, collator, losses=self.losses, rewards=self.rewards)

    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the rewards whose optimal policy the model would be, up to one per prompt."""
        chosen, rejected = answers.ratios
        return self.beta * chosen, self.beta * rejected

    def losses(self, answers: Answers) -> Any:
        """Return loss_B."""
        from torch.nn.functional import logsigmoid

        chosen, rejected = self.rewards(answers)
        wrong, margin = self.label_smoothing, chosen - rejected
        return -(1 - wrong) * logsigmoid(margin) - wrong * logsigmoid(-margin)
