"""What every training method has in common, and the places where it may differ."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from tunesmith.component import Component


class TrainingMethod(Component):
    """Decides which weights of a model are trained."""

    kind: str
    traceless: ClassVar[frozenset[str]] = frozenset()  # dials that the saved weights do not show

    @abstractmethod
    def apply(self, model: Any, task: str) -> Any:
        """Return the model with the weights of this method trainable and all others frozen."""

    @property
    def keeps_base(self) -> bool:
        """True when only an adapter is saved, to be used on the unchanged base model."""
        return True

    @property
    def virtual_tokens(self) -> int:
        """Positions of the model's context that the method takes for itself."""
        return 0

    @property
    def recomputes(self) -> bool:
        """True when activations may be computed again instead of kept."""
        return True

    def load_options(self, dtype: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what `from_pretrained` needs beyond the usual to load the base for training.

        Args:
            dtype: the torch dtype that this machine computes in.
        """
        return {}

    def optimizer(self, model: Any, arguments: Any) -> Any:  # noqa: ARG002
        """Return an optimizer of the method's own, or None for the Trainer's.

        Args:
            model: after `apply`, on its device.
            arguments: transformers' TrainingArguments of the phase.
        """
        return None

    def save(self, model: Any, folder: Path) -> None:
        """Write what was trained as safetensors."""
        model.save_pretrained(folder)

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:  # noqa: ARG002
        """Return the base model with the adapter that `folder` holds."""
        from peft import PeftModel

        return PeftModel.from_pretrained(model, folder, is_trainable=trainable)

    def differences(self, other: "TrainingMethod") -> list[str]:
        """Return the dials in which two methods leave different weights; empty: one goes on."""
        mine, theirs = (m.model_dump(exclude=set(m.traceless)) for m in (self, other))
        return sorted(key for key in mine | theirs if mine.get(key) != theirs.get(key))
