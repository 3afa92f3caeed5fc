"""Training methods, one file each: which weights are trained. The union is the registry."""

from typing import Annotated

from pydantic import Field

from tunesmith.methods.full import Full
from tunesmith.methods.ia3 import Ia3
from tunesmith.methods.lora import Lora
from tunesmith.methods.prefix import Prefix
from tunesmith.methods.prompt import Prompt

Method = Annotated[Full | Ia3 | Lora | Prefix | Prompt, Field(discriminator="kind")]
