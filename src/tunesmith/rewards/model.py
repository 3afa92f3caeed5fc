"""A reward that a trained reward model gives."""

from typing import Literal

from tunesmith.rewards.base import Answer, Place, Reward, Scorer


class Model(Reward):
    """What the reward model that the phase trains `with` makes of an answer.

    It is asked in text, so that it may have another tokenizer than the policy.
    """

    kind: Literal["model"] = "model"

    def scorer(self, place: Place) -> Scorer:
        """Return what asks the model."""
        judge = place.judge()

        def score(answers: list[Answer]) -> list[float]:
            return judge([one.prompt for one in answers], [one.text for one in answers])

        return score
