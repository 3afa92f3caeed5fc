"""distinct-2: how many of the pairs of neighbouring tokens of an answer are different ones."""

from tunesmith.metrics.distinct_1 import Distinct1


class Distinct2(Distinct1):
    """Different bigrams of each answer, summed, over all bigrams; see `Distinct1`."""

    name = "distinct_2"
    title = "Distinct-2"
    order = 2
