"""Distillation: a student's next-token probabilities come near those of a teacher.

Source: https://arxiv.org/abs/1503.02531, of sequences https://arxiv.org/abs/1606.07947.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.answers import written
from tunesmith.objectives.base.divergence import divergence, of_kept, tempered
from tunesmith.objectives.base.next_tokens import (
    before_trained,
    count_of,
    likelihood_sum,
    logits_of,
)
from tunesmith.objectives.base.taught import TaughtCollator, with_top
from tunesmith.objectives.base.teacher import Teacher, taught_by

BETAS = {"forward": 0.0, "reverse": 1.0}


class Distil(TrainingObjective):
    """Mix the cross-entropy of the rows' answers with the divergence from the teacher.

    The divergence is multiplied by the squared temperature, so that its gradients keep their size.
    A prompt that nobody has answered is answered by the teacher first, as objective sequences does.
    """

    kind: Literal["distil"] = "distil"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "completion", "text")
    best_by: ClassVar[tuple[str, ...]] = ("loss",)
    prompted: ClassVar[tuple[str, ...]] = ("chat", "completion")
    divergence: Literal["forward", "reverse", "jsd"] = "forward"
    beta: float = Field(0.5, gt=0, lt=1)  # share of the teacher in the mixture of jsd
    temperature: PositiveFloat = 1.0
    weight: float = Field(0.5, ge=0, le=1)  # of the teacher; the rest is that of the rows
    top_k: PositiveInt | None = 64  # tokens kept of the teacher; None: all, and it stays in memory
    max_new_tokens: PositiveInt = 128  # of an answer to a prompt without one; longer: left out
    teacher: Teacher | None = None  # None: the model that the phase trains `with`

    def bound(self, setting: Setting) -> "DistilBound":
        """Return the objective with what the teacher says of the rows, or with the teacher."""
        teacher = taught_by(setting, "chat").model
        found = written(setting, setting.prompts, self.max_new_tokens)
        bound = DistilBound(
            setting.train + found.rows,
            setting.validation,
            TaughtCollator(setting.tokenizer.pad_token_id),
            left=found.left,
            written=found.counts,
            how=self,
            words=len(setting.tokenizer),
            teacher=teacher,
        )
        return bound if self.top_k is None else self._kept(setting, bound, self.top_k)

    def _kept(self, setting: Setting, bound: "DistilBound", most: int) -> "DistilBound":
        """Return the objective with what its teacher says of the rows in place of the teacher."""
        splits = {"train": bound.train, "validation": bound.validation}
        kept = (bound.teacher, most, self.temperature)
        train, validation = (with_top(setting, *one, *kept) for one in splits.items())
        return replace(bound, train=train, validation=validation, teacher=None)

    @property
    def side(self) -> float:
        """The beta of `divergence`."""
        return BETAS.get(self.divergence, self.beta)


@dataclass
class DistilBound(Bound):
    """Distillation of one training.

    Attributes:
        how: its dials.
        words: tokens that the tokenizer knows; models often have room for a few more.
        teacher: asked at every batch; None: what it says is in the rows.
    """

    names: tuple[str, ...] = ("cross_entropy", "divergence")
    how: Distil | None = None
    words: int = 0
    teacher: Any = None

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the mixed loss, and both of its parts in nats per token."""
        assert self.how is not None
        logits_BTV, labels = logits_of(model, inputs), inputs["labels"]
        own = likelihood_sum(logits_BTV, labels)
        apart = self._apart(before_trained(logits_BTV, labels)[:, : self.words], inputs).sum()
        weight, items = self.how.weight, count_of(labels)
        loss = (1 - weight) * own + weight * self.how.temperature**2 * apart
        return Sums(loss, items, {"cross_entropy": (own, items), "divergence": (apart, items)})

    def _apart(self, logits_NV: Any, inputs: dict[str, Any]) -> Any:
        """Return the divergence at every trained token."""
        assert self.how is not None
        own, side = tempered(logits_NV, self.how.temperature), self.how.side
        if self.teacher is None:
            if not len(own):  # a batch of blanks
                return own.sum(-1)
            return of_kept(own, inputs["teacher_logprobs"], inputs["teacher_ids"].long(), side)
        import torch

        with torch.no_grad():
            other = before_trained(logits_of(self.teacher, inputs), inputs["labels"])
        return divergence(own, tempered(other[:, : self.words], self.how.temperature), side)
