"""How surprised a model is by the reference answers, as a number of equally likely tokens."""

import numpy as np

from tunesmith.metrics.logprob import LogProb
from tunesmith.stats.resample import Floats

HIGHEST = 700.0  # nats per token beyond which e to the power is no number


class Perplexity(LogProb):
    """e to the mean negative log-probability of a reference token; 1 is certain, and the best.

    All tokens of the test set weigh the same. It compares models that share a tokenizer only;
    across tokenizers, take bits per byte. It is capped at e^700.
    """

    name = "perplexity"
    title = "Perplexity"
    higher_is_better = False

    def finish(self, totals: Floats) -> Floats:
        """Return the perplexity."""
        surprise = np.minimum(-super().finish(totals), HIGHEST)
        perplexity: Floats = np.exp(surprise)
        return perplexity
