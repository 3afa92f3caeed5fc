"""Any other adapter that PEFT has, by the name of its type."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from tunesmith.errors import UserError
from tunesmith.methods.base import TrainingMethod, attach, peft_task

OWN_KINDS = {  # those with a file of their own, which guards against their traps
    "LORA": "lora",
    "IA3": "ia3",
    "PREFIX_TUNING": "prefix",
    "PROMPT_TUNING": "prompt",
    "P_TUNING": "p_tuning",
    "TUNESMITH_ADAPTER": "adapter",
}
NO_TASKS = "every row would have to say which of several tasks it belongs to"
REFUSED = {
    "ADALORA": "its ranks move only by a call after every step, which the Trainer does not make",
    "CPT": "its loss is no number from the first step on (PEFT 0.21)",
    "MULTITASK_PROMPT_TUNING": NO_TASKS,
    "POLY": NO_TASKS,
    "XLORA": "it mixes adapters that are trained before; train those, then merge them",
}
# What the pipeline sets itself, or what has no meaning in it.
SET_HERE = {
    *("peft_type", "task_type", "auto_mapping", "peft_version", "inference_mode"),
    *("base_model_name_or_path", "revision"),
}


class Peft(TrainingMethod):
    """Train the adapter that PEFT calls `type`, with options of its configuration."""

    kind: Literal["peft"] = "peft"
    type: str
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_known(self) -> "Peft":
        """Refuse a type that is unknown or known to fail, and options that it does not have."""
        name = self.type.upper()
        if name in OWN_KINDS:
            raise ValueError(f"type: {name} is method.kind {OWN_KINDS[name]}")
        if name in REFUSED:
            raise ValueError(f"type: {name} is not trained here: {REFUSED[name]}")
        if name not in known_types():
            raise ValueError(f'type: no type "{self.type}"; known: {", ".join(known_types())}')
        self._config()
        return self

    def apply(self, model: Any, task: str) -> Any:
        """Return the model with the adapter.

        Raises:
            UserError: the options do not fit this model.
        """
        config = self._config()
        config.task_type = peft_task(task)
        try:
            return attach(model, config)
        except (TypeError, ValueError) as error:
            raise UserError(
                f"method.options: {self.type} does not take them on this model: {error}"
            ) from None

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:
        """Return the model with the saved adapter; PEFT loads virtual tokens only as they are."""
        if not (trainable and self._config().is_prompt_learning):
            return super().reload(model, folder, task, trainable)
        model = self.apply(model, task)
        model.load_adapter(folder, model.active_adapter)
        return model

    def _config(self) -> Any:
        """Return PEFT's configuration.

        Raises:
            ValueError: an option is unknown, or has a value that PEFT refuses.
        """
        import inspect

        from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

        make = PEFT_TYPE_TO_CONFIG_MAPPING[self.type.upper()]
        known = sorted(set(inspect.signature(make).parameters) - SET_HERE)
        unknown = sorted(set(self.options) - set(known))
        if unknown:
            raise ValueError(f'options: no option "{unknown[0]}"; known: {", ".join(known)}')
        try:
            return make(**deepcopy(self.options))  # PEFT changes lists in place
        except (TypeError, ValueError) as error:
            raise ValueError(f"options: {error}") from None


def known_types() -> list[str]:
    """Return the names of PEFT's types that can be trained here."""
    from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

    names = {str(kind.value) for kind in PEFT_TYPE_TO_CONFIG_MAPPING}
    return sorted(names - set(OWN_KINDS) - set(REFUSED))
