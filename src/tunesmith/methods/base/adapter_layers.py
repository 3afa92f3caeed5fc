"""The layers of method `adapter`, as a tuner that PEFT saves, loads, switches off and swaps.

PEFT 0.21 has no such tuner, and its list of types is a closed enumeration; `register` adds ours.
"""

from dataclasses import dataclass, field
from typing import Any

from peft import PeftConfig
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING
from peft.tuners.tuners_utils import BaseTuner, BaseTunerLayer
from peft.utils import PeftType, register_peft_method
from torch import Tensor, nn

from tunesmith.errors import UserError

NAME = "TUNESMITH_ADAPTER"
ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU}


@dataclass
class AdapterConfig(PeftConfig):  # type: ignore[misc]
    """What PEFT writes to adapter_config.json."""

    target_modules: list[str] | str | None = field(default=None)
    modules_to_save: list[str] | None = field(default=None)
    width: int = field(default=64)
    activation: str = field(default="relu")

    def __post_init__(self) -> None:
        """Say which tuner reads this."""
        super().__post_init__()
        self.peft_type = PeftType(NAME)


class AdapterLayer(nn.Module, BaseTunerLayer):  # type: ignore[misc]
    """A frozen projection y, after which a bottleneck adds up(activation(down(y)))."""

    adapter_layer_names = ("tunesmith_adapter_down", "tunesmith_adapter_up")
    base_layer: nn.Module
    tunesmith_adapter_down: nn.ModuleDict
    tunesmith_adapter_up: nn.ModuleDict

    def __init__(self, base_layer: nn.Module) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.tunesmith_adapter_down = nn.ModuleDict()
        self.tunesmith_adapter_up = nn.ModuleDict()
        self.activation: nn.Module = nn.Identity()

    def add(self, name: str, config: AdapterConfig) -> None:
        """Add an adapter that changes nothing yet: its second matrix is zero."""
        width = _outputs(self.base_layer)
        down, up = nn.Linear(width, config.width), nn.Linear(config.width, width)
        nn.init.normal_(down.weight, std=1e-2)
        for zero in (down.bias, up.weight, up.bias):
            nn.init.zeros_(zero)
        self.tunesmith_adapter_down[name], self.tunesmith_adapter_up[name] = down, up
        self.activation = ACTIVATIONS[config.activation]()
        tuner: Any = self
        tuner._move_adapter_to_device_of_base_layer(name)
        tuner.set_adapter(tuner.active_adapters, inference_mode=config.inference_mode)

    def forward(self, x: Tensor, *args: Any, **options: Any) -> Tensor:
        """Return the projection and what the active adapters add to it."""
        y: Tensor = self.base_layer(x, *args, **options)
        tuner: Any = self
        for name in [] if tuner.disable_adapters else tuner.active_adapters:
            if name in self.tunesmith_adapter_down:
                down, up = self.tunesmith_adapter_down[name], self.tunesmith_adapter_up[name]
                y = y + up(self.activation(down(y.to(_dtype(down))))).to(y.dtype)
        return y

    def merge(self, *_: Any, **__: Any) -> None:
        """Refuse.

        Raises:
            UserError: always; a non-linear layer is no change of a weight.
        """
        raise UserError(
            "an adapter of kind `adapter` cannot be merged: between its two matrices stands a "
            "non-linear function; use it on its base model, or train lora instead"
        )


class AdapterModel(BaseTuner):  # type: ignore[misc]
    """Puts adapter layers into a model."""

    prefix = "tunesmith_adapter_"
    tuner_layer_cls = AdapterLayer
    target_module_mapping: dict[str, list[str]] = {}  # noqa: RUF012

    def _create_and_replace(
        self,
        peft_config: AdapterConfig,
        adapter_name: str,
        target: Any,
        target_name: str,
        parent: Any,
        current_key: str,  # noqa: ARG002
        **_: Any,
    ) -> None:
        """Wrap a module, or add one more adapter to one that is wrapped."""
        layer = target if isinstance(target, AdapterLayer) else AdapterLayer(target)
        layer.add(adapter_name, peft_config)
        setattr(parent, target_name, layer)

    def merge_and_unload(self, *_: Any, **__: Any) -> None:
        """Refuse, see `AdapterLayer.merge`."""
        next(m for m in self.model.modules() if isinstance(m, AdapterLayer)).merge()


def _dtype(layer: nn.Module) -> Any:
    """Return the precision of a layer, which may differ from that of its frozen input."""
    return next(layer.parameters()).dtype


def _outputs(layer: Any) -> int:
    """Return the width of a projection's output; GPT-2's convolutions call it nf.

    Raises:
        UserError: it is none, so nothing says how wide what it returns is.
    """
    for name in ("out_features", "nf"):
        if isinstance(getattr(layer, name, None), int):
            return int(getattr(layer, name))
    inside = ", ".join(name for name, _ in layer.named_children())
    raise UserError(
        f"method.targets names a {type(layer).__name__}; an adapter stands behind a projection, "
        f"such as a Linear{f'; name one inside of it: {inside}' * bool(inside)}"
    )


def register() -> None:
    """Make the tuner known to PEFT, once."""
    if NAME in PeftType.__members__:
        return
    member = str.__new__(PeftType, NAME)
    member._name_ = member._value_ = NAME
    PeftType._member_map_[NAME] = PeftType._value2member_map_[NAME] = member
    PeftType._member_names_.append(NAME)
    type.__setattr__(PeftType, NAME, member)  # where Python 3.12 and later look for a member
    register_peft_method(name=NAME.lower(), config_cls=AdapterConfig, model_cls=AdapterModel)
    assert PEFT_TYPE_TO_CONFIG_MAPPING[member] is AdapterConfig
