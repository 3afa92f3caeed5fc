"""CPO: DPO without a reference, and the chosen answers are learnt beside.

Source: https://arxiv.org/abs/2401.08417, eq. 3 to 6; the second term is the mean of a token, as in
TRL, there over the tokens of a batch, here over those of each answer.
"""

from typing import Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat

from tunesmith.objectives.base.paired import Answers, Preferring


class Cpo(Preferring):
    """Make the chosen answer likelier than the rejected one, and learn it."""

    kind: Literal["cpo"] = "cpo"
    beta: PositiveFloat = 0.1
    label_smoothing: float = Field(0.0, ge=0, lt=0.5)  # share of pairs that may be wrong
    nll: NonNegativeFloat = 1.0  # weight of the chosen answer's surprise of a token

    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the log-probabilities, scaled."""
        return self.beta * answers.chosen, self.beta * answers.rejected

    def losses(self, answers: Answers) -> Any:
        """Return loss_B, in nats."""
        from torch.nn.functional import logsigmoid

        chosen, rejected = self.rewards(answers)
        margin, wrong = chosen - rejected, self.label_smoothing
        won = (1 - wrong) * logsigmoid(margin) + wrong * logsigmoid(-margin)
        return self.nll * answers.nll - won
