"""Ways of not forgetting, one file each: what holds a phase to its parent."""

from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.continual.distill import Distill
from tunesmith.continual.ewc import Ewc
from tunesmith.continual.naive import Naive
from tunesmith.continual.olora import Olora
from tunesmith.continual.replay import Replay

Kind: TypeAlias = Annotated[
    Distill | Ewc | Naive | Olora | Replay,
    Field(discriminator="kind"),
]
