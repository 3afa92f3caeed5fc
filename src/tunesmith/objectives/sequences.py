"""Distillation of sequences: the teacher answers the prompts, and the student learns its answers.

Source: https://arxiv.org/abs/1606.07947, with greedy answers instead of a beam's best.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt

from tunesmith.errors import UserError
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.answers import written
from tunesmith.objectives.base.next_tokens import count_of, likelihood_sum, logits_of
from tunesmith.objectives.base.taught import TaughtCollator
from tunesmith.objectives.base.teacher import Teacher


class Sequences(TrainingObjective):
    """Train on a teacher's answers; its tokenizer may be any.

    Validation keeps the answers of the rows, so that its loss can be compared with other phases'.
    """

    kind: Literal["sequences"] = "sequences"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "completion")
    best_by: ClassVar[tuple[str, ...]] = ("loss",)
    prompted: ClassVar[tuple[str, ...]] = ("chat", "completion")
    answers: Literal["all", "missing"] = "all"  # the teacher gives: missing leaves rows their own
    max_new_tokens: PositiveInt = 128  # an answer that is longer is left out
    teacher: Teacher | None = None  # None: the model that the phase trains `with`

    def bound(self, setting: Setting) -> "SequencesBound":
        """Return the objective with the rows that the teacher has made.

        Raises:
            UserError: not one of its answers is whole, or there is nothing to answer.
        """
        own, asked = setting.train, setting.prompts
        if self.answers == "all":
            own, asked = [], [*setting.rows[0], *asked]
        if not asked:
            raise UserError(
                "objective.answers: missing, and no row is of task prompt, so the teacher has "
                "nothing to answer; set `task: prompt` at a source of collect, or take answers out"
            )
        found = written(setting, asked, self.max_new_tokens)
        return SequencesBound(
            own + found.rows,
            setting.validation,
            TaughtCollator(setting.tokenizer.pad_token_id),
            left=found.left,
            written=found.counts,
        )


@dataclass
class SequencesBound(Bound):
    """The likelihood of answers, the teacher's among them."""

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the cross-entropy."""
        labels = inputs["labels"]
        return Sums(likelihood_sum(logits_of(model, inputs), labels), count_of(labels))
