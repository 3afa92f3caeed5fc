"""Share of answers that equal the reference."""

from typing import ClassVar

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import BOTH, RowMean
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats


class ExactMatch(RowMean):
    """1 when prediction and reference are the same text, 0 otherwise.

    Departs from the hub's `exact_match` in that space at both ends and the Unicode form (NFC)
    do not count.
    """

    name = "exact_match"
    title = "Exact match"
    tasks: ClassVar[tuple[str, ...]] = BOTH
    binary = True

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) of 1 and 0."""
        pairs = zip(answers.predictions, answers.references, strict=True)
        return np.array([trimmed(one) == trimmed(other) for one, other in pairs], dtype=np.float64)
