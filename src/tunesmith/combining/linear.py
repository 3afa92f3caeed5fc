"""Adds adapters up: what comes out changes the base by the weighted sum of their changes."""

from typing import Literal

from tunesmith.combining.base import Merge, Merged
from tunesmith.methods.base.lora_file import LoraFile, summed


class Linear(Merge):
    """Put the matrices side by side, which is the exact sum; its rank is that of all together.

    PEFT's `linear` adds A to A and B to B instead, and so also the products of one adapter's A with
    the other's B; its `cat` is this.
    """

    kind: Literal["linear"] = "linear"

    def merge(self, adapters: list[LoraFile], weights: list[float], seed: int) -> Merged:  # noqa: ARG002
        """Return the sum."""
        return Merged(summed(adapters, weights))
