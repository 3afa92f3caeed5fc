"""What merges have in common: how much each adapter counts, and one adapter that comes out."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field, FiniteFloat, field_validator

from tunesmith.component import Component
from tunesmith.methods.base.lora_file import LoraFile

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Merged:
    """One adapter: module → (A, B), and the share of its change that the rank could not hold."""

    factors: "dict[str, tuple[Tensor, Tensor]]"
    lost_ratio: float = 0.0  # of squared weights


class Merge(Component):
    """Makes one adapter of several."""

    kind: str
    weights: list[FiniteFloat] | None = Field(None, min_length=2)  # None: all the same, 1 in all

    @field_validator("weights")
    @classmethod
    def _some_count(cls, weights: list[float] | None) -> list[float] | None:
        """Refuse weights that leave nothing."""
        if weights is not None and not any(weights):
            raise ValueError("all are 0: nothing is left; give one adapter a weight")
        return weights

    def shares(self, count: int) -> list[float]:
        """Return the weight of each of so many adapters."""
        return list(self.weights or [1 / count] * count)

    @abstractmethod
    def merge(self, adapters: list[LoraFile], weights: list[float], seed: int) -> Merged:
        """Return adapters as one; those of weight 0 are left out before."""


def factored(delta_OI: "Tensor", rank: int) -> "tuple[Tensor, Tensor, float]":
    """Return A and B of a rank whose product is nearest to a matrix, and the squares it lacks.

    Source: Eckart and Young, 1936: the largest singular values.
    """
    import torch

    u, s, v = torch.linalg.svd(delta_OI, full_matrices=False)
    root = s[:rank].sqrt()
    a = root[:, None] * v[:rank]
    b = u[:, :rank] * root
    return a.contiguous(), b.contiguous(), float(s[rank:].square().sum())


def through_deltas(adapters: list[LoraFile], rank: int | None, mix: Any) -> Merged:
    """Mix whole changes module by module, and bring what comes out to a rank.

    Args:
        adapters: to merge; one that does not reach a module changes it by 0.
        rank: of what comes out; None: all ranks together.
        mix: makes one matrix of one for each adapter.
    """
    import torch

    rank = rank or sum(one.rank for one in adapters)
    factors, lost, all_squares = {}, 0.0, 0.0
    for module in sorted({name for one in adapters for name in one.factors}):
        known = {
            place: one.delta(module) for place, one in enumerate(adapters) if module in one.factors
        }
        blank = torch.zeros_like(next(iter(known.values())))
        mixed = mix([known.get(place, blank) for place in range(len(adapters))])
        a, b, missing = factored(mixed, rank)
        factors[module] = (a, b)
        lost += missing
        all_squares += float(mixed.square().sum())
    return Merged(factors, lost / all_squares if all_squares else 0.0)
