"""Share of answers that equal the reference."""

from typing import ClassVar

from tunesmith.metrics.metric import BOTH, RowMean
from tunesmith.metrics.tokens import trimmed


class ExactMatch(RowMean):
    """1 when prediction and reference are the same text, 0 otherwise.

    Departs from the hub's `exact_match` in that space at both ends and the Unicode form (NFC)
    do not count.
    """

    name = "exact_match"
    title = "Exact match"
    tasks: ClassVar[tuple[str, ...]] = BOTH
    binary = True

    def score_row(self, prediction: str, reference: str) -> float:
        """Return 1 or 0."""
        return float(trimmed(prediction) == trimmed(reference))
