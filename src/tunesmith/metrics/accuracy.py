"""Share of rows that get their label."""

from typing import ClassVar

from tunesmith.metrics.exact_match import ExactMatch
from tunesmith.metrics.metric import CLASSIFICATION


class Accuracy(ExactMatch):
    """1 when the predicted label is the row's label, 0 otherwise; space at the ends aside."""

    name = "accuracy"
    title = "Accuracy"
    tasks: ClassVar[tuple[str, ...]] = (CLASSIFICATION,)
