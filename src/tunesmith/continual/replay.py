"""Experience replay: some rows of every epoch are earlier ones (https://arxiv.org/abs/1811.11682)."""

from typing import Literal

from pydantic import Field

from tunesmith.continual.base import Continual


class Replay(Continual):
    """Mix rows that the parent kept with the new ones; they count in the loss as any other."""

    kind: Literal["replay"] = "replay"
    ratio: float = Field(0.05, ge=0, lt=1)  # share of the rows of an epoch that are earlier ones

    @property
    def replayed(self) -> float:
        """The ratio."""
        return self.ratio
