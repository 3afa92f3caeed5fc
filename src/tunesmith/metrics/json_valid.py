"""Share of answers that a program can read as JSON."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.strict_json import is_json
from tunesmith.stats.resample import Floats


class JsonValid(RowMean):
    """1 when the whole answer is JSON (RFC 8259), 0 otherwise; space around it does not count.

    A Markdown code block around it does count, as a fault: a program that reads the answer would
    fail. `json_fields` looks inside of it, so that the two tell form from content. A number or a
    string alone is JSON.
    """

    name = "json_valid"
    title = "Valid JSON"
    inputs = ("predictions",)
    binary = True

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) of 1 and 0."""
        return np.array([is_json(text) for text in answers.predictions], dtype=np.float64)
