"""How probable the model finds the reference answers."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import Metric
from tunesmith.stats.resample import Floats


class LogProb(Metric):
    """Mean natural-log probability of a reference token, in nats, never above 0.

    All tokens of the test set weigh the same. It compares models that share a tokenizer only.
    """

    name = "logprob"
    title = "Log-probability per token"
    scale = None
    inputs = ("logprobs", "reference_tokens")

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): summed log-probability and number of tokens of the reference.

        Raises:
            ValueError: a reference has no token, or a log-probability is above 0.
        """
        assert answers.logprobs is not None and answers.reference_tokens is not None
        if (answers.reference_tokens < 1).any() or (answers.logprobs > 1e-3).any():
            raise ValueError("a reference without a token, or a log-probability above 0")
        return np.stack([answers.logprobs, answers.reference_tokens], axis=1)

    def finish(self, totals: Floats) -> Floats:
        """Return nats per token."""
        mean: Floats = totals[..., 0] / totals[..., 1]
        return mean
