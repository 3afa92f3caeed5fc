"""A loss on pairs of answers: what DPO and its relatives share, from batch to log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from tunesmith.errors import UserError
from tunesmith.objectives.base.bound import Bound, Sums
from tunesmith.objectives.base.logprobs import answer_logprobs
from tunesmith.objectives.base.setting import Setting


@dataclass(frozen=True)
class Answers:
    """Log-probabilities of B pairs, in nats, and the tokens that they are sums over.

    Attributes:
        chosen: logprob_B of the better answers.
        rejected: of the worse.
        chosen_reference: by the model at the start; 0 for an objective that asks for none.
        rejected_reference: likewise.
        chosen_tokens: tokens_B, at least 1 apart from blanks.
        rejected_tokens: likewise.
    """

    chosen: Any
    rejected: Any
    chosen_reference: Any
    rejected_reference: Any
    chosen_tokens: Any
    rejected_tokens: Any

    @property
    def ratios(self) -> tuple[Any, Any]:
        """Log-ratios to the start, chosen_B and rejected_B."""
        return self.chosen - self.chosen_reference, self.rejected - self.rejected_reference


@dataclass
class PairBound(Bound):
    """An objective on pairs.

    Attributes:
        losses: returns loss_B of a batch.
        rewards: returns the rewards that the objective implies, chosen_B and rejected_B.
    """

    names: ClassVar[tuple[str, ...]] = (
        *("accuracy", "margin", "drift", "chosen_logprob", "rejected_logprob"),
    )
    losses: Callable[[Answers], Any] = lambda _: None
    rewards: Callable[[Answers], tuple[Any, Any]] = lambda _: (None, None)

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the loss over pairs, the share of right ones, and how far the model has moved."""
        answers, kept = answers_of(model, inputs), inputs["kept"]
        items = kept.sum()
        chosen, rejected = (reward.detach() for reward in self.rewards(answers))
        ratios = answers.ratios
        found = {
            "accuracy": chosen > rejected,
            "margin": chosen - rejected,
            "drift": (ratios[0] + ratios[1]) / 2,
            "chosen_logprob": answers.chosen,
            "rejected_logprob": answers.rejected,
        }
        numbers = {
            name: ((value.detach().float() * kept).sum(), items)
            for name, value in found.items()
            if name in self.names
        }
        return Sums((self.losses(answers) * kept).sum(), items, numbers)

    def items(self, inputs: dict[str, Any]) -> Any:
        """Return the pairs of a batch."""
        return inputs["kept"].sum()


def answers_of(model: Any, inputs: dict[str, Any]) -> Answers:
    """Return the log-probabilities of a batch of `PairCollator`."""
    logprobs, tokens = answer_logprobs(model, inputs)
    (chosen, rejected), (better, worse) = logprobs.chunk(2), inputs["reference"].chunk(2)
    return Answers(chosen, rejected, better, worse, *tokens.clamp(min=1).chunk(2))


def distinct(setting: Setting) -> tuple[list[Any], list[Any]]:
    """Return the pairs of train and of validation that `max_length` has not made the same.

    Raises:
        UserError: of a split none is left.
    """
    splits = {"train": setting.train, "validation": setting.validation}
    found = {name: [row for row in rows if not same(row)] for name, rows in splits.items()}
    for name, rows in splits.items():
        if not found[name]:
            raise UserError(
                f"all {len(rows):,} pairs of {name} are the same within max_length "
                f"{setting.max_length}, so none prefers anything; raise phases.<name>.max_length"
            )
    return found["train"], found["validation"]


def same(row: dict[str, Any]) -> bool:
    """True for a pair whose answers are one and the same; it teaches nothing."""
    return bool(row["input_ids"] == row["rejected_ids"])
