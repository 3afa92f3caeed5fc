"""Nothing against forgetting: what the other kinds are compared with."""

from typing import Literal

from tunesmith.continual.base import Continual


class Naive(Continual):
    """Go on training on the new rows alone."""

    kind: Literal["naive"] = "naive"
