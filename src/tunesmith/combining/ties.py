"""TIES: trims small changes, elects a sign for each weight, and averages those that agree."""

from typing import Literal

from pydantic import Field, PositiveInt

from tunesmith.combining.base import Merge, Merged, through_deltas
from tunesmith.methods.base.lora_file import LoraFile


class Ties(Merge):
    """Merge whole changes by TIES, and bring the result to a rank.

    Source: https://arxiv.org/abs/2306.01708, as PEFT's `ties_svd`.
    """

    kind: Literal["ties"] = "ties"
    density: float = Field(0.5, gt=0, le=1)  # of each adapter's weights, the largest
    rank: PositiveInt | None = None  # of the result; None: all ranks together

    def merge(self, adapters: list[LoraFile], weights: list[float], seed: int) -> Merged:  # noqa: ARG002
        """Return the merged adapter."""
        import torch
        from peft.utils.merge_utils import ties

        shares = torch.tensor(weights)
        return through_deltas(adapters, self.rank, lambda ds: ties(ds, shares, self.density))
