"""Rewards, one file each: what makes an answer a good one. The union is the registry."""

from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.rewards.exact_match import ExactMatch
from tunesmith.rewards.function import Function
from tunesmith.rewards.length import Length
from tunesmith.rewards.model import Model
from tunesmith.rewards.pattern import Pattern
from tunesmith.rewards.served import Served

AnyReward: TypeAlias = Annotated[
    ExactMatch | Function | Length | Model | Pattern | Served, Field(discriminator="kind")
]
