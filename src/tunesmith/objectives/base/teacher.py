"""The model that a student learns from: the phase's partner, or another base that is named here."""

from typing import Any

from pydantic import Field

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.objectives.base.setting import Setting

CLASSES = "classification"
SAME = ("The order costs 1,234.50 today.\n\tTwo  spaces, é.", "订单号是１２３４，谢谢。\n")


class Teacher(Component):
    """A model that no phase has made: a larger base, as it is."""

    model: str  # a folder, or the id of a model on the hub
    revision: str | None = None
    digest: str = Field(min_length=64, max_length=64)  # of its weights, as base.digest
    chat_template: str | None = None


def taught_by(setting: Setting, task: str) -> Any:
    """Return the teacher, which has to speak in the student's tokens.

    Raises:
        UserError: its tokenizer is another one, so its logits would be about other tokens, or it
            was trained for something else.
    """
    teacher = setting.partner(task)
    refuse_other_task(teacher, task)
    own, other = setting.tokenizer, teacher.tokenizer
    same = own.get_vocab() == other.get_vocab() and all(
        own(text)["input_ids"] == other(text)["input_ids"] for text in SAME
    )
    if not same:
        raise UserError(
            f"objective: the teacher {teacher.descriptor.model} has another tokenizer than the "
            "student, so their probabilities are of different tokens; take objective.kind "
            "sequences, which trains on its answers, or a teacher of the same family"
        )
    teacher.model.requires_grad_(False)
    teacher.model.eval()
    return teacher


def refuse_other_task(teacher: Any, task: str) -> None:
    """Refuse a classifier that is to speak, and a model without classes that is to classify."""
    does = teacher.manifest.task if teacher.manifest is not None else "chat"
    if (does == CLASSES) != (task == CLASSES):
        what = f"of task {does}" if teacher.manifest is not None else "a base, without classes"
        raise UserError(
            f"objective: the teacher is {what}, so it has nothing to say on rows of this phase; "
            "let `with` name a phase that does the same task"
        )
