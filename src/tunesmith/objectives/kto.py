"""KTO: each answer is good or bad by itself, measured from how far the model has moved at large.

Source: https://arxiv.org/abs/2402.01306, eq. 7 and 8.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from pydantic import PositiveFloat

from tunesmith.errors import UserError
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.logprobs import answer_logprobs
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.reference import with_reference
from tunesmith.tasks.chat import IGNORED


class Kto(TrainingObjective):
    """Move good answers above the model's drift from the start, bad ones below."""

    kind: Literal["kto"] = "kto"
    tasks: ClassVar[tuple[str, ...]] = ("unpaired",)
    best_by: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    beta: PositiveFloat = 0.1
    good_weight: PositiveFloat = 1.0  # with as many answers as weights, 1 to 4/3 of the other side
    bad_weight: PositiveFloat = 1.0

    def bound(self, setting: Setting) -> "KtoBound":
        """Return the objective; each row gets another row's answer, by which drift is measured.

        Raises:
            UserError: there are only good answers in train, or only bad ones.
        """
        _refuse_one_side(setting.train)
        collator = UnpairedCollator(setting.tokenizer.pad_token_id)
        splits = (setting.train, setting.validation)
        learnt, held_out = (mismatched(rows, setting.max_length) for rows in splits)
        mixed = replace(setting, train=learnt, validation=held_out)
        train, validation = with_reference(mixed, collator)
        names = ("accuracy", "good_reward", "bad_reward", "drift")
        return KtoBound(train, validation, collator, names, self.idle, of=self)

    @property
    def idle(self) -> float | None:
        """The loss of a model that has not moved, where good and bad weigh the same."""
        return 0.5 * self.good_weight if self.good_weight == self.bad_weight else None

    def losses(self, ratios: Any, drift: Any, good: Any) -> Any:
        """Return loss_B.

        Args:
            ratios: log-ratio_B to the start.
            drift: mean log-ratio of answers to other prompts, at least 0, without a gradient.
            good: whether each answer is good.
        """
        sign = good * 2.0 - 1.0
        weight = good * self.good_weight + ~good * self.bad_weight
        return weight * (1 - (self.beta * sign * (ratios - drift)).sigmoid())


@dataclass
class KtoBound(Bound):
    """KTO on one training's rows; `drift` is of the rows that are computed at once."""

    of: Kto | None = None

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the loss over answers, how often the sign is right, and the rewards."""
        import torch

        assert self.of is not None
        kept, good = inputs["kept"], inputs["good"]
        own, other = inputs["reference"].chunk(2)
        first, second = _halves(inputs)
        with torch.no_grad():
            moved = answer_logprobs(model, second)[0] - other
        count = kept.sum()
        drift = ((moved * kept).sum() / count.clamp(min=1)).clamp(min=0)
        ratios = answer_logprobs(model, first)[0] - own
        rewards = self.of.beta * ratios.detach()
        right = (rewards > self.of.beta * drift) == good
        numbers = {
            "accuracy": ((right & kept).sum(), count),
            "good_reward": ((rewards * (kept & good)).sum(), (kept & good).sum()),
            "bad_reward": ((rewards * (kept & ~good)).sum(), (kept & ~good).sum()),
            "drift": (drift * count, count),
        }
        losses = self.of.losses(ratios, drift, good)
        return Sums((losses * kept).sum(), count, numbers)

    def items(self, inputs: dict[str, Any]) -> Any:
        """Return the answers of a batch."""
        return inputs["kept"].sum()


class UnpairedCollator:
    """Turns unpaired rows into one batch; B rows, T tokens padded to the longest."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return `input_ids`, `attention_mask` and `labels` (2B, T): rows, then the mismatched.

        kept_B is False for a blank, good_B says what each answer is, reference_2B what the start
        thought of both halves, 0 where that is not known yet.
        """
        import torch

        ids = [item["input_ids"] for item in items] + [item["other_ids"] for item in items]
        labels = [item["labels"] for item in items] + [item["other_labels"] for item in items]
        known = zip(*(item.get("reference", (0.0, 0.0)) for item in items), strict=True)
        return {
            **padded(ids, labels, self.pad_token_id),
            "kept": torch.tensor([any(one != IGNORED for one in i["labels"]) for i in items]),
            "good": torch.tensor([item["good"] for item in items]),
            "reference": torch.tensor([one for side in known for one in side]),
        }


def mismatched(rows: list[dict[str, Any]], max_length: int) -> list[dict[str, Any]]:
    """Return rows with the answer of the row before behind their own prompt, the first the last's.

    The answer of an unpaired row is what is trained; a conversation keeps only its last answer.
    A long prompt leaves less room for another's answer, or none: then it says no drift.
    """
    parts = [_split(row) for row in rows]
    found = []
    for place, row in enumerate(rows):
        prompt, answer = parts[place][0], parts[place - 1][1]
        labels = [IGNORED] * len(prompt) + answer
        ids = (prompt + answer)[:max_length]
        found.append({**row, "other_ids": ids, "other_labels": labels[:max_length]})
    return found


def _split(row: dict[str, Any]) -> tuple[list[int], list[int]]:
    """Return the tokens before a row's last answer, and those of the answer."""
    labels = row["labels"]
    end = len(labels)
    while end and labels[end - 1] == IGNORED:
        end -= 1
    start = end
    while start and labels[start - 1] != IGNORED:
        start -= 1
    return row["input_ids"][:start], row["input_ids"][start:end]


def _halves(inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows of a batch, and the mismatched ones."""
    names = ("input_ids", "attention_mask", "labels")
    first, second = zip(*(inputs[name].chunk(2) for name in names), strict=True)
    return dict(zip(names, first, strict=True)), dict(zip(names, second, strict=True))


def _refuse_one_side(rows: list[dict[str, Any]]) -> None:
    """Refuse rows that are all good or all bad; they would be learnt, or unlearnt, whatever."""
    counts = Counter(row["good"] for row in rows)
    if len(counts) < 2:
        only = "good" if counts[True] else "bad"
        raise UserError(
            f"all {len(rows):,} answers of train are {only}; KTO needs both, or a phase of task "
            "chat, which learns good ones"
        )
