"""Training methods, one file each: which weights are trained. The union is the registry."""

from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from tunesmith.methods.adapter import Adapter
from tunesmith.methods.base import TrainingMethod
from tunesmith.methods.freeze import Freeze
from tunesmith.methods.full import Full
from tunesmith.methods.ia3 import Ia3
from tunesmith.methods.lora import Lora
from tunesmith.methods.p_tuning import PTuning
from tunesmith.methods.peft import Peft
from tunesmith.methods.prefix import Prefix
from tunesmith.methods.prompt import Prompt
from tunesmith.methods.qlora import Qlora

Method: TypeAlias = Annotated[
    Adapter | Freeze | Full | Ia3 | Lora | Peft | Prefix | Prompt | PTuning | Qlora,
    Field(discriminator="kind"),
]


def read_method(saved: dict[str, Any]) -> TrainingMethod:
    """Return the method that a manifest holds."""
    method: TrainingMethod = TypeAdapter(Method).validate_python(saved)
    return method
