"""DPO: answers become likelier or less so than at the start, by which one was preferred.

Source: https://arxiv.org/abs/2305.18290; each loss names its own.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from tunesmith.objectives.base.paired import Answers, Preferring

OfMargin = Literal["sigmoid", "sigmoid_norm", "hinge", "ipo", "robust", "exo_pair"]
Loss = OfMargin | Literal["nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down"]
SMOOTHED = ("sigmoid", "robust", "exo_pair")


class Dpo(Preferring):
    """Widen the margin of the chosen answer's log-ratio to the start over the rejected one's."""

    kind: Literal["dpo"] = "dpo"
    refers: ClassVar[bool] = True
    loss: Loss = "sigmoid"
    beta: PositiveFloat = 0.1  # how dear it is to leave the start
    label_smoothing: float = Field(0.0, ge=0, lt=0.5)  # share of pairs that may be wrong
    nll: NonNegativeFloat = 0.0  # weight of the chosen answer's surprise of a token

    @model_validator(mode="after")
    def _has_no_idle_dial(self) -> Self:
        """Refuse a dial that the loss does not look at, or lacks."""
        if self.label_smoothing and self.loss not in SMOOTHED:
            raise ValueError(f"label_smoothing: only of loss {', '.join(SMOOTHED)}")
        if self.loss == "exo_pair" and not self.label_smoothing:
            raise ValueError("label_smoothing: loss exo_pair needs one above 0, such as 0.001")
        return self

    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the rewards whose optimal policy the model would be, up to one for each prompt."""
        chosen, rejected = answers.ratios
        return self.beta * chosen, self.beta * rejected

    def losses(self, answers: Answers) -> Any:
        """Return loss_B, in nats."""
        own = LOSSES[self.loss](self, answers)
        return own + self.nll * answers.nll if self.nll else own


def sigmoid(of: Dpo, answers: Answers) -> Any:
    """The likelihood of the preference under Bradley and Terry; smoothed, some may be wrong."""
    chosen, rejected = of.rewards(answers)
    return _uncertain(chosen - rejected, of.label_smoothing)


def sigmoid_norm(of: Dpo, answers: Answers) -> Any:
    """The same on the mean log-ratio of a token, so that long answers weigh no more."""
    chosen, rejected = _of_a_token(answers)
    return _uncertain(of.beta * (chosen - rejected), 0.0)


def hinge(of: Dpo, answers: Answers) -> Any:
    """A margin of 1 is enough: https://arxiv.org/abs/2305.10425."""
    chosen, rejected = of.rewards(answers)
    return (1 - (chosen - rejected)).relu()


def ipo(of: Dpo, answers: Answers) -> Any:
    """The margin of a token's mean shall be 1 / (2 beta): https://arxiv.org/abs/2310.12036.

    The mean of tokens instead of their sum is what the authors computed, by TRL's account.
    """
    chosen, rejected = _of_a_token(answers)
    return (chosen - rejected - 1 / (2 * of.beta)) ** 2


def robust(of: Dpo, answers: Answers) -> Any:
    """Unbiased where a share of the pairs is wrong: https://arxiv.org/abs/2403.00409."""
    from torch.nn.functional import logsigmoid

    chosen, rejected = of.rewards(answers)
    margin, wrong = chosen - rejected, of.label_smoothing
    return ((wrong - 1) * logsigmoid(margin) + wrong * logsigmoid(-margin)) / (1 - 2 * wrong)


def exo_pair(of: Dpo, answers: Answers) -> Any:
    """Reverse KL to smoothed labels: eq. 16 of https://arxiv.org/abs/2402.00856."""
    from math import log, log1p

    from torch.nn.functional import logsigmoid

    chosen, rejected = of.rewards(answers)
    margin, wrong = chosen - rejected, of.label_smoothing
    won = margin.sigmoid() * (logsigmoid(margin) - log1p(-wrong))
    return won + (-margin).sigmoid() * (logsigmoid(-margin) - log(wrong))


def nca_pair(of: Dpo, answers: Answers) -> Any:
    """Keeps the chosen answer from becoming rarer: https://arxiv.org/abs/2402.05369."""
    from torch.nn.functional import logsigmoid

    chosen, rejected = of.rewards(answers)
    return -logsigmoid(chosen) - 0.5 * logsigmoid(-chosen) - 0.5 * logsigmoid(-rejected)


def bco_pair(of: Dpo, answers: Answers) -> Any:
    """Each answer is told good or bad alone: https://arxiv.org/abs/2404.04656, no shift."""
    from torch.nn.functional import logsigmoid

    chosen, rejected = of.rewards(answers)
    return -logsigmoid(chosen) - logsigmoid(-rejected)


def sppo_hard(of: Dpo, answers: Answers) -> Any:
    """Log-ratios shall be ± 1 / (2 beta): https://arxiv.org/abs/2405.00675, hard labels."""
    chosen, rejected = answers.ratios
    return (chosen - 0.5 / of.beta) ** 2 + (rejected + 0.5 / of.beta) ** 2


def apo_zero(of: Dpo, answers: Answers) -> Any:
    """For chosen answers better than the model's: eq. 7 of https://arxiv.org/abs/2408.06266."""
    chosen, rejected = of.rewards(answers)
    return (-chosen).sigmoid() + rejected.sigmoid()


def apo_down(of: Dpo, answers: Answers) -> Any:
    """For chosen answers worse than the model's: eq. 8 of https://arxiv.org/abs/2408.06266."""
    chosen, rejected = of.rewards(answers)
    return chosen.sigmoid() + (rejected - chosen).sigmoid()


LOSSES: dict[str, Callable[[Dpo, Answers], Any]] = {
    one.__name__: one
    for one in (
        *(sigmoid, hinge, ipo, robust, exo_pair, nca_pair, bco_pair, sppo_hard),
        *(apo_zero, apo_down, sigmoid_norm),
    )
}


def _uncertain(margin: Any, wrong: float) -> Any:
    """Return the surprise of preferences of which a share may be wrong."""
    from torch.nn.functional import logsigmoid

    return -(1 - wrong) * logsigmoid(margin) - wrong * logsigmoid(-margin)


def _of_a_token(answers: Answers) -> tuple[Any, Any]:
    """Return the mean log-ratios of a token, chosen_B and rejected_B."""
    chosen, rejected = answers.ratios
    return chosen / answers.chosen_tokens, rejected / answers.rejected_tokens
