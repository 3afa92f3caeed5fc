"""Paraphrase: the train rows nearest to the failures, said otherwise by a model at an address."""

from typing import Literal

from tunesmith.augmenters.paraphrase import Paraphrase as Augmenter
from tunesmith.endpoints.endpoint import Endpoint
from tunesmith.proposals.children import GUARDS, grown
from tunesmith.proposals.maker import Bench, Made, Maker
from tunesmith.proposals.target import Target


class Paraphrase(Maker):
    """Ask an endpoint for other words of as many train rows as are wanted; replies are recorded.

    It costs money, so no row is asked for that is not wanted: what guards refuse, the next maker
    fills.
    """

    kind: Literal["paraphrase"] = "paraphrase"
    through: Endpoint

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        step = Augmenter.model_validate({"share": 1.0, "through": self.through})
        return grown(target, bench, wanted, [step], GUARDS)
