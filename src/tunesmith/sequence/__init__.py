"""Tasks that are learnt one after another: what is still known of each after every step."""

from pydantic import Field, PositiveInt, field_validator

from tunesmith.fields import checked_field
from tunesmith.params import Params


class SequenceParams(Params):
    """Which models are the steps of a sequence, and what each of them learnt."""

    metric: str = "exact_match"
    by: str = "lang"  # the field of the test rows that tells the tasks apart
    resamples: PositiveInt = 1000
    steps: dict[str, str] = Field(default_factory=dict)  # model of `models` → its task, in order

    @field_validator("by")
    @classmethod
    def _names_a_field(cls, by: str) -> str:
        """Refuse a field that no row has."""
        return checked_field(by)

    @field_validator("steps")
    @classmethod
    def _is_a_sequence(cls, steps: dict[str, str]) -> dict[str, str]:
        """Refuse one step, which has nothing before it, and a task that is learnt twice."""
        if len(steps) == 1:
            raise ValueError("one step is no sequence; name two or more, or none")
        if len(set(steps.values())) < len(steps):
            raise ValueError("a task is learnt by two steps; give each step one of its own")
        return steps
