"""Rewards, one file each: what makes an answer a good one. The union is the registry."""

from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.online.rewards.exact_match import ExactMatch
from tunesmith.online.rewards.function import Function
from tunesmith.online.rewards.length import Length
from tunesmith.online.rewards.model import Model
from tunesmith.online.rewards.pattern import Pattern
from tunesmith.online.rewards.served import Served

AnyReward: TypeAlias = Annotated[
    ExactMatch | Function | Length | Model | Pattern | Served, Field(discriminator="kind")
]
