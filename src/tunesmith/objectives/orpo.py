"""ORPO: chosen answers are learnt, and their odds raised over those of rejected ones; no reference.

Source: https://arxiv.org/abs/2403.07691, eq. 6 and 7. TRL 1.16 learns the prompt too; here as in
the paper only the answer is.
"""

from typing import Any, Literal

from pydantic import PositiveFloat

from tunesmith.objectives.base.paired import Answers, Preferring


class Orpo(Preferring):
    """Learn the chosen answer, and that its odds are above the rejected one's."""

    kind: Literal["orpo"] = "orpo"
    beta: PositiveFloat = 0.1  # weight of the odds, lambda in the paper

    def rewards(self, answers: Answers) -> tuple[Any, Any]:
        """Return the mean log-probabilities of a token, scaled."""
        chosen, rejected = answers.means
        return self.beta * chosen, self.beta * rejected

    def losses(self, answers: Answers) -> Any:
        """Return loss_B, in nats."""
        from torch.nn.functional import logsigmoid

        chosen, rejected = (_log_odds(mean) for mean in answers.means)
        return answers.nll - self.beta * logsigmoid(chosen - rejected)


def _log_odds(logprob: Any) -> Any:
    """Return log(p / (1 - p)) of log p; a certain answer counts as all but certain."""
    import torch

    below = logprob.clamp(max=-1e-6)  # at 0 the odds have no end, and their gradient is no number
    return below - torch.log(-torch.expm1(below))
