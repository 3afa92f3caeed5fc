"""Distillation of a classifier: classes come near the teacher's probabilities of them."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveFloat

from tunesmith.errors import UserError
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.divergence import divergence, tempered
from tunesmith.objectives.base.kept import Columns, kept
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.teacher import Teacher, taught_by
from tunesmith.tasks.chat import IGNORED
from tunesmith.tasks.classification import encode_text

UNKNOWN = -1  # class of a row that only the teacher knows


class SoftLabels(TrainingObjective):
    """Mix the cross-entropy of the rows' classes with KL(teacher ‖ student), both in nats a row.

    A prompt that nobody has answered is a text without a class: it has the second part alone.
    """

    kind: Literal["soft_labels"] = "soft_labels"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    best_by: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    prompted: ClassVar[tuple[str, ...]] = ("classification",)
    temperature: PositiveFloat = 2.0
    weight: float = Field(0.5, ge=0, le=1)  # of the teacher; the rest is that of the rows
    teacher: Teacher | None = None  # None: the model that the phase trains `with`

    def bound(self, setting: Setting) -> "SoftBound":
        """Return the objective with the teacher's logits of every row."""
        teacher = taught_by(setting, "classification").model
        order = _order(setting.model.config.id2label, teacher.config.id2label)
        collator = SoftCollator(setting.tokenizer.pad_token_id)

        def compute(rows: list[Any]) -> Columns:
            inputs = {key: one.to(teacher.device) for key, one in collator(rows).items()}
            logits = teacher(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]
            ).logits
            return {"teacher_logits": logits[:, order].float().cpu().numpy()}

        train, validation = (
            kept(setting, f"teacher-{name}", rows, compute, [1] * len(rows))
            for name, rows in (
                ("train", setting.train + _unlabelled(setting)),
                ("validation", setting.validation),
            )
        )
        return SoftBound(train, validation, collator, how=self)


def _unlabelled(setting: Setting) -> list[dict[str, Any]]:
    """Return the prompts as texts without a class."""
    texts = (encode_text(row, setting.tokenizer, setting.max_length) for row in setting.prompts)
    return [{"input_ids": ids, "labels": UNKNOWN} for ids in texts]


def _order(own: dict[int, str], other: dict[int, str]) -> list[int]:
    """Return the places of the student's classes among the teacher's.

    Raises:
        UserError: they are not the same classes.
    """
    places = {name: place for place, name in other.items()}
    if set(own.values()) != set(places):
        apart = sorted(set(own.values()) ^ set(places))
        raise UserError(
            f"objective: teacher and rows differ in classes ({', '.join(apart[:5])}); train the "
            "teacher on rows of the same classes"
        )
    return [places[own[place]] for place in range(len(own))]


class SoftCollator:
    """Pads texts on the right; B rows, C classes."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return input_ids_BT, attention_mask_BT, labels_B and, where known, teacher_logits_BC."""
        import torch

        ids = [item["input_ids"] for item in items]
        labels = torch.tensor([item["labels"] for item in items])
        batch = {**padded(ids, ids, self.pad_token_id), "labels": labels}
        if "teacher_logits" in items[0]:
            own = [torch.from_numpy(item["teacher_logits"]) for item in items]
            batch["teacher_logits"] = torch.cat(own)
        return batch


@dataclass
class SoftBound(Bound):
    """Soft labels of one training."""

    names: tuple[str, ...] = ("accuracy", "cross_entropy", "divergence")
    how: SoftLabels | None = None

    def items(self, inputs: dict[str, Any]) -> Any:
        """Return the rows of a batch; blanks do not count."""
        return inputs["labels"].ne(IGNORED).sum()

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the mixed loss, and the accuracy."""
        from torch.nn.functional import cross_entropy

        assert self.how is not None
        given = {key: inputs[key] for key in ("input_ids", "attention_mask")}
        logits, labels = model(**given)["logits"].float(), inputs["labels"]
        there, known = labels.ne(IGNORED), labels.ge(0)
        own = cross_entropy(logits[known], labels[known], reduction="sum")
        heat, weight, items = self.how.temperature, self.how.weight, self.items(inputs)
        student, teacher = (
            tempered(one[there], heat) for one in (logits, inputs["teacher_logits"])
        )
        apart = divergence(student, teacher, 0.0).sum()
        right = logits.argmax(-1).eq(labels).sum().float()
        numbers = {
            "accuracy": (right, known.sum()),
            "cross_entropy": (own, known.sum()),
            "divergence": (apart, items),
        }
        loss = (1 - weight) * own + weight * heat**2 * apart
        return Sums(loss, items, numbers)
