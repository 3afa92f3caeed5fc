"""Bottleneck adapters: small networks behind frozen layers (https://arxiv.org/abs/1902.00751)."""

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.errors import UserError
from tunesmith.methods.base import TrainingMethod, attach, peft_task, refuse_unmatched, there_is

# The projections that end the attention and the feed-forward part of a layer, by their names in
# Llama and its kin, BERT, DistilBERT, GPT-2, GPT-NeoX and Falcon, OPT and BART.
ATTENTION = (
    r"o_proj|attention\.output\.dense|out_lin|attn\.c_proj|(self_)?attention\.dense|out_proj"
)
FEED_FORWARD = r"down_proj|(?<!attention\.)output\.dense|lin2|mlp\.c_proj|dense_4h_to_h|fc2"


class Adapter(TrainingMethod):
    """Train a bottleneck of `width` behind the projections of every layer.

    `houlsby` puts one behind attention and one behind the feed-forward part, `pfeiffer`
    (https://arxiv.org/abs/2005.00247) only the latter. Unlike in both papers norms stay frozen, and
    the adapter of `pfeiffer` stands before the residual sum, where newer models have no norm.
    """

    kind: Literal["adapter"] = "adapter"
    placement: Literal["houlsby", "pfeiffer"] = "houlsby"
    width: PositiveInt = 64
    activation: Literal["relu", "gelu", "silu"] = "relu"
    targets: list[str] | None = None  # ends of module names, instead of `placement`

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with adapters that do not change it yet."""
        from tunesmith.methods.base.adapter_layers import AdapterConfig, register

        register()
        config = AdapterConfig(
            target_modules=self.targets or placed(model, self.placement),
            width=self.width,
            activation=self.activation,
            task_type=peft_task(task),
        )
        refuse_unmatched(model, "method.targets", self.targets or [])
        return attach(model, config)

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:
        """Return the model with the saved adapters, once PEFT knows them."""
        from tunesmith.methods.base.adapter_layers import register

        register()
        return super().reload(model, folder, task, trainable)


def placed(model: Any, placement: str) -> list[str]:
    """Return the whole names of the modules behind which adapters stand.

    Raises:
        UserError: the model has no projection of a name that we know.
    """
    found: list[str] = []
    for names in [FEED_FORWARD] if placement == "pfeiffer" else [ATTENTION, FEED_FORWARD]:
        pattern = re.compile(rf"(^|.*\.)({names})")
        matched = [name for name, _ in model.named_modules() if pattern.fullmatch(name)]
        if not matched:
            raise UserError(
                f"method.placement {placement} knows no layer of a {model.config.model_type} "
                f"model; name modules in method.targets; {there_is(model)}"
            )
        found += matched
    return found
