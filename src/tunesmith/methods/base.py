"""What every training method has in common."""

from abc import abstractmethod
from typing import Any

from tunesmith.component import Component
from tunesmith.errors import UserError

PEFT_TASKS = {"classification": "SEQ_CLS"}


class TrainingMethod(Component):
    """Decides which weights of a model are trained."""

    @abstractmethod
    def apply(self, model: Any, task: str) -> Any:
        """Return the model with the weights of this method trainable and all others frozen."""

    @property
    def keeps_base(self) -> bool:
        """True when only an adapter is saved, to be used on the unchanged base model."""
        return True


def attach(model: Any, config: Any) -> Any:
    """Put a PEFT adapter on a model.

    Raises:
        UserError: the adapter's target modules match nothing in this model.
    """
    from peft import get_peft_model

    try:
        return get_peft_model(model, config)
    except ValueError as error:
        if "arget modules" not in str(error):
            raise
        names = sorted({name.rpartition(".")[2] for name, _ in model.named_modules() if name})
        raise UserError(
            f"method.targets matches no module of this model; it has: {', '.join(names)}"
        ) from None


def peft_task(task: str) -> str:
    """Return PEFT's name of a task."""
    return PEFT_TASKS.get(task, "CAUSAL_LM")
