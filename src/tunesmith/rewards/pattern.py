"""A reward for answers in which a regular expression is found."""

import re
from typing import Literal

from pydantic import field_validator

from tunesmith.rewards.base import Place, Reward, Scorer


class Pattern(Reward):
    """1 where `expression` is found in an answer, else 0; a negative weight forbids it."""

    kind: Literal["pattern"] = "pattern"
    expression: str  # as Python's re.search takes it; (?i) at its start: any case

    @field_validator("expression")
    @classmethod
    def _compiles(cls, expression: str) -> str:
        """Refuse what is no regular expression."""
        try:
            re.compile(expression)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return expression

    def scorer(self, place: Place) -> Scorer:  # noqa: ARG002
        """Return what searches answers."""
        search = re.compile(self.expression).search
        return lambda answers: [float(search(answer.text) is not None) for answer in answers]
