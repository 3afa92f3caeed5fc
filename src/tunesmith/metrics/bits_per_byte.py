"""How many bits a model needs for each byte of the reference answers."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import Metric
from tunesmith.stats.resample import Floats


class BitsPerByte(Metric):
    """Negative base-2 log-probability of the references over their bytes in UTF-8.

    It compares models whatever their tokenizers are; not languages, since a Chinese character
    takes three bytes. The log-probability is of all reference tokens, among them the one that
    ends the answer, which has no byte. A reference without a byte counts as one.
    """

    name = "bits_per_byte"
    title = "Bits per byte"
    scale = None
    higher_is_better = False
    inputs = ("logprobs", "reference_bytes")

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): bits and bytes of the reference.

        Raises:
            ValueError: a log-probability is above 0.
        """
        assert answers.logprobs is not None and answers.reference_bytes is not None
        if (answers.logprobs > 1e-3).any():
            raise ValueError("a log-probability above 0")
        bits = -answers.logprobs / np.log(2)
        return np.stack([bits, np.maximum(answers.reference_bytes, 1)], axis=1)

    def finish(self, totals: Floats) -> Floats:
        """Return bits per byte."""
        mean: Floats = totals[..., 0] / totals[..., 1]
        return mean
