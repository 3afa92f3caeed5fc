"""A loss on pairs of answers: what DPO and its relatives share, from batch to log."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from tunesmith.errors import UserError
from tunesmith.objectives.base.bound import Bound, Sums
from tunesmith.objectives.base.held_out import Margins, held_out
from tunesmith.objectives.base.logprobs import answer_logprobs
from tunesmith.objectives.base.objective import TrainingObjective
from tunesmith.objectives.base.pairs import PairCollator
from tunesmith.objectives.base.reference import with_reference
from tunesmith.objectives.base.setting import Setting


@dataclass(frozen=True)
class Answers:
    """Log-probabilities of B pairs, in nats, and the tokens that they are sums over.

    Attributes:
        chosen: logprob_B of the better answers.
        rejected: of the worse.
        chosen_reference: by the model at the start; 0 for an objective that asks for none.
        rejected_reference: likewise.
        chosen_tokens: tokens_B, at least 1.
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

    @property
    def means(self) -> tuple[Any, Any]:
        """Mean log-probabilities of a token, chosen_B and rejected_B."""
        return self.chosen / self.chosen_tokens, self.rejected / self.rejected_tokens

    @property
    def nll(self) -> Any:
        """The chosen answers' mean surprise of a token, B, in nats."""
        return -self.means[0]


@dataclass(frozen=True)
class Judged:
    """What an objective makes of B pairs.

    Attributes:
        losses: loss_B.
        chosen: reward_B that it gives or implies.
        rejected: likewise.
        more: other numbers to log, B each.
    """

    losses: Any
    chosen: Any
    rejected: Any
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class PairBound(Bound):
    """An objective on pairs.

    Attributes:
        judge: looks at a batch with a model.
        batch_rows: pairs that fit into memory at once.
    """

    judge: Callable[[Any, dict[str, Any]], Judged] = field(kw_only=True)
    batch_rows: int = field(kw_only=True)

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the loss over pairs, the share of right ones, and what else is logged."""
        judged, kept = self.judge(model, inputs), inputs["kept"]
        items = kept.sum()
        margin = judged.chosen - judged.rejected
        found = {"accuracy": margin > 0, "margin": margin, **judged.more}
        numbers = {name: ((one.detach() * kept).sum(), items) for name, one in found.items()}
        return Sums((judged.losses * kept).sum(), items, numbers)

    def items(self, inputs: dict[str, Any]) -> Any:
        """Return the pairs of a batch."""
        return inputs["kept"].sum()

    def findings(self, model: Any) -> dict[str, Any]:
        """Return what the held-out pairs say: accuracy, calibration, and what length explains."""
        margins = Margins()
        for start in range(0, len(self.validation), self.batch_rows):
            self._note(model, self.validation[start : start + self.batch_rows], margins)
        return {"held_out": held_out(margins)}

    def _note(self, model: Any, rows: list[dict[str, Any]], margins: Margins) -> None:
        """Add the margins of some pairs."""
        import torch

        device = next(model.parameters()).device
        inputs = {name: value.to(device) for name, value in self.collator(rows).items()}
        model.eval()
        with torch.no_grad():
            judged = self.judge(model, inputs)
        margins.values += (judged.chosen - judged.rejected).float().tolist()
        margins.longer += [_trained(r["labels"]) - _trained(r["rejected_labels"]) for r in rows]


class Preferring(TrainingObjective):
    """An objective on the log-probabilities of a chosen and a rejected answer."""

    tasks: ClassVar[tuple[str, ...]] = ("preference",)
    best_by: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    refers: ClassVar[bool] = False  # to the log-probabilities of the start

    @abstractmethod
    def losses(self, answers: Answers) -> Any:
        """Return loss_B."""

    @abstractmethod
    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the rewards that the model implies, chosen_B and rejected_B."""

    def bound(self, setting: Setting) -> PairBound:
        """Return the objective; one that refers to the start has its log-probabilities computed."""
        train, validation = distinct(setting)
        collator = PairCollator(setting.tokenizer.pad_token_id)
        if self.refers:
            setting = replace(setting, train=train, validation=validation)
            train, validation = with_reference(setting, collator)
        names = ("accuracy", "margin", *self._judged(_indifferent()).more)
        return PairBound(
            train,
            validation,
            collator,
            names,
            self.idle,
            judge=lambda model, inputs: self._judged(answers_of(model, inputs)),
            batch_rows=setting.batch_rows,
        )

    @property
    def idle(self) -> float | None:
        """The loss of a model that has not moved from its start."""
        return float(self.losses(_indifferent())) if self.refers else None

    def _judged(self, answers: Answers) -> Judged:
        """Return losses, rewards and what is logged beside them."""
        more = {"chosen_logprob": answers.chosen, "rejected_logprob": answers.rejected}
        if self.refers:
            more["drift"] = sum(answers.ratios) / 2
        return Judged(self.losses(answers), *self.rewards(answers), more)


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
    found = {name: [row for row in rows if not row.get("same")] for name, rows in splits.items()}
    for name, rows in splits.items():
        if rows and not found[name]:
            raise UserError(
                f"all {len(rows):,} pairs of {name} are the same within max_length "
                f"{setting.max_length}, so none prefers anything; raise phases.<name>.max_length"
            )
    return found["train"], found["validation"]


def _indifferent() -> Answers:
    """Return one pair of one token each, of which a model thinks as it did at the start."""
    import torch

    zero, one = torch.zeros(1), torch.ones(1)
    return Answers(zero - 1, zero - 1, zero - 1, zero - 1, one, one)


def _trained(labels: list[int]) -> int:
    """Return how many tokens of an answer count."""
    from tunesmith.tasks.chat import IGNORED

    return len(labels) - labels.count(IGNORED)
