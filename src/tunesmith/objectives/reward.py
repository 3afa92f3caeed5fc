"""A reward model: a head that gives a preferred answer more than the other.

Source: https://arxiv.org/abs/2203.02155, eq. 1.
"""

from math import log
from typing import Any, ClassVar, Literal

from pydantic import NonNegativeFloat

from tunesmith.errors import UserError
from tunesmith.objectives.base import Setting, TrainingObjective
from tunesmith.objectives.base.paired import Judged, PairBound, distinct
from tunesmith.objectives.base.pairs import PairCollator


class Reward(TrainingObjective):
    """Make it likely, under Bradley and Terry, that the chosen answer wins."""

    kind: Literal["reward"] = "reward"
    tasks: ClassVar[tuple[str, ...]] = ("reward",)
    best_by: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    margins: bool = False  # `meta.margin` of a row is the least by which its chosen answer wins
    centring: NonNegativeFloat = 0.0  # weight of (chosen + rejected)^2: arxiv.org/abs/2312.09244

    def bound(self, setting: Setting) -> PairBound:
        """Return the objective on pairs."""
        train, validation = distinct(setting)
        if self.margins:
            _refuse_without_margin([*train, *validation])
        collator = PairCollator(setting.tokenizer.pad_token_id, margins=self.margins)
        return PairBound(
            train,
            validation,
            collator,
            ("accuracy", "margin", "reward"),
            None if self.margins else log(2),
            judge=self.judged,
            batch_rows=setting.batch_rows,
        )

    def judged(self, model: Any, inputs: dict[str, Any]) -> Judged:
        """Return loss and rewards of a batch."""
        from torch.nn.functional import logsigmoid

        chosen, rejected = rewards_of(model, inputs).chunk(2)
        margin = chosen - rejected
        least = inputs["margins"] if self.margins else 0.0
        losses = -logsigmoid(margin - least) + self.centring * (chosen + rejected) ** 2
        return Judged(losses, chosen, rejected, {"reward": (chosen + rejected) / 2})


def _refuse_without_margin(rows: list[dict[str, Any]]) -> None:
    """Refuse rows that do not say by how much their chosen answer is better."""
    lacking = sum(not isinstance(row.get("margin"), int | float) for row in rows)
    if lacking:
        raise UserError(
            f"objective.margins: {lacking:,} of {len(rows):,} pairs have no number in meta.margin; "
            "bring a column `margin` with their source, or set margins: false"
        )


def rewards_of(model: Any, inputs: dict[str, Any]) -> Any:
    """Return reward_B of sequences by a model with a head of one output."""
    logits_B1 = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    return logits_B1["logits"].squeeze(-1).float()
