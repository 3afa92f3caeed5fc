"""Which model judges, by what, and how many rows it is asked about."""

from typing import ClassVar

from pydantic import Field, PositiveInt

from tunesmith.endpoints.endpoint import Endpoint


class Judge(Endpoint):
    """A judging model behind an address; see `Endpoint` for address, key, pace and retries.

    `criteria` say in words what makes an answer better; without, correctness, completeness and
    brevity do, in the language of each row. A model that thinks first needs more `max_tokens`.
    """

    keeps_refusals: ClassVar[bool] = True  # or a second evaluation would have other verdicts
    criteria: str | None = Field(None, min_length=1, max_length=2000)
    max_rows: PositiveInt = 200  # each costs two requests a model
    temperature: float = Field(0.0, ge=0, le=2)
    max_tokens: PositiveInt = 16
