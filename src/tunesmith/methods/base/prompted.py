"""What methods that train virtual tokens have in common: the encoder that makes them is kept.

PEFT saves only the tokens that the encoder makes. From those a training can neither go on nor fall
back to its best checkpoint (PEFT 0.21 and transformers 5.23 refuse, or load them as if they were
the encoder), so the encoder's own weights are written beside them, and are what is read back.
"""

from pathlib import Path
from typing import Any

from pydantic import PositiveInt

from tunesmith.errors import UserError
from tunesmith.methods.base.method import TrainingMethod

TRAINED = "trained.safetensors"


class Prompted(TrainingMethod):
    """Train `tokens` virtual tokens."""

    tokens: PositiveInt = 16

    @property
    def virtual_tokens(self) -> int:
        """The virtual tokens stand before the text."""
        return self.tokens

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:
        """Return the model with the saved tokens or, to train them further, their encoder."""
        if not trainable:
            return super().reload(model, folder, task, trainable)
        model = self.apply(model, task)
        model.load_adapter(folder, model.active_adapter)
        return model


def attach_prompt(model: Any, config: Any) -> Any:
    """Put virtual tokens on a model; its checkpoints hold all that is trained."""
    from peft import MODEL_TYPE_TO_PEFT_MODEL_MAPPING
    from safetensors.torch import load_file, save_file

    base = MODEL_TYPE_TO_PEFT_MODEL_MAPPING[config.task_type]

    class WithEncoder(base):  # type: ignore[misc, valid-type]
        """A PEFT model that saves and loads the encoder of its virtual tokens."""

        def save_pretrained(self, save_directory: Any, **options: Any) -> None:
            """Save the tokens as PEFT does, and the weights that they are made by."""
            super().save_pretrained(save_directory, **options)
            weights = {n: w.detach() for n, w in self.named_parameters() if w.requires_grad}
            save_file(weights, Path(save_directory) / TRAINED)

        def load_adapter(self, model_id: Any, adapter_name: str, **_: Any) -> None:  # noqa: ARG002
            """Load the weights of a checkpoint; the tokens follow from them."""
            weights = load_file(Path(model_id) / TRAINED, device=str(self.device))
            assert set(weights) == {n for n, w in self.named_parameters() if w.requires_grad}
            self.load_state_dict(weights, strict=False)

    return WithEncoder(model, config)


def refuse_decoder_classes(model: Any, task: str, kind: str) -> None:
    """Refuse what transformers answers with the class of a padding position.

    Raises:
        UserError: the model classifies by its last token, which it cannot find behind virtual
            tokens.
    """
    if task in ("classification", "reward") and hasattr(model, "score"):
        raise UserError(
            f"method.kind {kind} cannot train a decoder to classify or to judge: with virtual "
            "tokens it takes the last position for the text's end, padding or not; use prefix, "
            "lora or full"
        )
