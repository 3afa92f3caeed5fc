"""Adds adapters up: what comes out changes the base by the weighted sum of their changes."""

from typing import Literal

from tunesmith.combining.base import LoraFile, Merge, Merged


class Linear(Merge):
    """Put the matrices side by side, which is the exact sum; its rank is that of all together.

    PEFT's `linear` adds A to A and B to B instead, and so also the products of one adapter's A with
    the other's B; its `cat` is this.
    """

    kind: Literal["linear"] = "linear"

    def merge(self, adapters: list[LoraFile], weights: list[float], seed: int) -> Merged:  # noqa: ARG002
        """Return [A1; A2] and [w1 s1 B1, w2 s2 B2] of every module."""
        import torch

        factors = {}
        for module in sorted({name for one in adapters for name in one.factors}):
            parts = [
                (one.factors[module], weight * one.scales[module])
                for one, weight in zip(adapters, weights, strict=True)
                if module in one.factors
            ]
            a = torch.cat([pair[0] for pair, _ in parts])
            b = torch.cat([pair[1] * scale for pair, scale in parts], dim=1)
            factors[module] = (a, b)
        return Merged(factors)
