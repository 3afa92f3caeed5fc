"""DARE: drops changes at random, scales up the rest, and adds or elects among what is left."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, PositiveInt

from tunesmith.combining.base import Merge, Merged, through_deltas
from tunesmith.methods.base.lora_file import LoraFile

if TYPE_CHECKING:
    from torch import Tensor


class Dare(Merge):
    """Merge whole changes by DARE, and bring the result to a rank.

    Source: https://arxiv.org/abs/2311.03099, as PEFT's `dare_linear_svd` and `dare_ties_svd`.
    """

    kind: Literal["dare"] = "dare"
    density: float = Field(0.5, gt=0, le=1)  # of each adapter's weights, that stay
    then: Literal["linear", "ties"] = "linear"  # how what is left is put together
    rank: PositiveInt | None = None  # of the result; None: all ranks together

    def merge(self, adapters: list[LoraFile], weights: list[float], seed: int) -> Merged:
        """Return the merged adapter; the same seed drops the same changes."""
        import torch
        from peft.utils.merge_utils import dare_linear, dare_ties

        shares, mixed = torch.tensor(weights), {"linear": dare_linear, "ties": dare_ties}[self.then]

        def mix(deltas: "list[Tensor]") -> "Tensor":
            found: Tensor = mixed(deltas, shares, self.density)
            return found

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return through_deltas(adapters, self.rank, mix)
