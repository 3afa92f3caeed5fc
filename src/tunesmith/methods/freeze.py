"""Partial fine-tuning: the last layers are trained, all before them stay as they are."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.errors import UserError
from tunesmith.methods.base import TrainingMethod


class Freeze(TrainingMethod):
    """Train the last `layers` layers, and with `head` all that follows them: norm and head.

    A head that is tied to the input embeddings stays frozen, as those do. The head of a classifier
    is always trained: it begins random.
    """

    kind: Literal["freeze"] = "freeze"
    layers: PositiveInt = 2
    head: bool = True

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with its end trainable.

        Raises:
            UserError: the model has fewer layers.
        """
        stack = layer_names(model)
        if self.layers > len(stack):
            raise UserError(f"method.layers: {self.layers}, but the model has {len(stack)} layers")
        last = stack[-self.layers :]
        model.requires_grad_(False)
        for name, weight in model.named_parameters():
            weight.requires_grad_(name.startswith(tuple(f"{layer}." for layer in last)))
        if self.head or task == "classification":
            for weight in _after(model, stack[-1]):
                weight.requires_grad_(True)
        return model

    @property
    def keeps_base(self) -> bool:
        """False: the whole model is saved."""
        return False


def layer_names(model: Any) -> list[str]:
    """Return the names of the model's layers, first to last.

    Raises:
        UserError: the model has no list of as many layers as its configuration says.
    """
    from torch.nn import ModuleList

    count = model.config.get_text_config().num_hidden_layers
    for name, module in model.named_modules():
        if isinstance(module, ModuleList) and len(module) == count:
            return [f"{name}.{position}" for position in range(count)]
    raise UserError(
        f"method.kind freeze finds no list of {count} layers in a {model.config.model_type} model; "
        "use lora or full"
    )


def _after(model: Any, layer: str) -> list[Any]:
    """Return the weights that are registered after those of a layer, which is where they act."""
    names, weights = zip(*model.named_parameters(), strict=True)
    end = max(i for i, name in enumerate(names) if name.startswith(f"{layer}."))
    return list(weights[end + 1 :])
