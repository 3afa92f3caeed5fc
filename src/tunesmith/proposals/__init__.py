"""Makers of rows for the next round, one file each. The union is the registry."""

from typing import Annotated

from pydantic import Field, PositiveInt

from tunesmith.analysis import SliceParams
from tunesmith.proposals.grow import Grow
from tunesmith.proposals.mine import Mine
from tunesmith.proposals.paraphrase import Paraphrase
from tunesmith.proposals.recombine import Recombine
from tunesmith.proposals.refill import Refill
from tunesmith.proposals.relabel import Relabel
from tunesmith.proposals.upweight import Upweight
from tunesmith.proposals.written import Written

AnyMaker = Annotated[
    Grow | Mine | Paraphrase | Recombine | Refill | Relabel | Upweight | Written,
    Field(discriminator="kind"),
]


MAKERS: list[AnyMaker] = [
    *(Written(), Relabel(), Mine(), Recombine(), Refill(), Grow()),
    Upweight(share=0.0),
]


class ProposeParams(SliceParams):
    """Which slices of the validation rows count as weak, and who makes how many rows for them."""

    rows: PositiveInt = 120  # at most, of all slices together
    makers: list[AnyMaker] = Field(default=MAKERS, min_length=1)
    near_duplicate_similarity: float = Field(default=0.9, ge=0.5, le=1)  # to held-out rows
