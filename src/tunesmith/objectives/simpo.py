"""SimPO: the mean log-probability of a token is the reward, which shall differ by a margin.

Source: https://arxiv.org/abs/2405.14734, eq. 6.
"""

from typing import Any, Literal

from pydantic import NonNegativeFloat, PositiveFloat

from tunesmith.objectives.base.paired import Answers, Preferring


class Simpo(Preferring):
    """Make the chosen answer's tokens likelier than the rejected one's by a margin."""

    kind: Literal["simpo"] = "simpo"
    beta: PositiveFloat = 2.0  # scale of the rewards
    gamma: NonNegativeFloat = 1.0  # the margin, in rewards
    nll: NonNegativeFloat = 0.0  # weight of the chosen answer's surprise of a token

    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the mean log-probabilities of a token, scaled."""
        chosen, rejected = answers.means
        return self.beta * chosen, self.beta * rejected

    def losses(self, answers: Answers) -> Any:
        """Return loss_B, in nats."""
        from torch.nn.functional import logsigmoid

        chosen, rejected = self.rewards(answers)
        return self.nll * answers.nll - logsigmoid(chosen - rejected - self.gamma)
