"""Online DPO: the model answers twice, the scores say which answer is preferred, DPO learns it.

Source: https://arxiv.org/abs/2402.04792.
"""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from tunesmith.objectives.base.online import Loss, OnlineObjective, Share, Targets

if TYPE_CHECKING:
    from torch import Tensor

    from tunesmith.online.experience import Experience, Seen
    from tunesmith.online.whitening import Total

IDLE = ("clip_low", "clip_high")


class OnlineDpo(OnlineObjective):
    """Widen the margin of the better answer's log-ratio to the start over the worse one's.

    `kl.beta` is DPO's beta. With `odds` the scores are rewards of Bradley and Terry, whose best
    policy is that of PPO and RLOO, pi_ref exp(r / beta); with `higher`, as in TRL 1.16, the better
    answer always wins, however little better it is, and only early stopping bounds the margin.
    Departs from TRL in a tie, where it lets the first answer win: here neither does.
    """

    kind: Literal["online_dpo"] = "online_dpo"
    wins: Literal["odds", "higher"] = "odds"
    loss_kind: Literal["sigmoid", "ipo"] = "sigmoid"

    @model_validator(mode="after")
    def _has_no_idle_dial(self) -> Self:
        """Refuse dials that DPO does not look at, and a price of 0, which it divides by."""
        for name in IDLE:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name}: online_dpo clips nothing; delete it")
        if self.kl.beta == 0:
            raise ValueError("kl.beta: online_dpo needs one above 0, such as 0.1")
        return self

    @property
    def group_size(self) -> int:
        """Answers to each prompt."""
        return 2

    @property
    def learnt_together(self) -> int:
        """Both answers to a prompt."""
        return 2

    def targets(self, experience: "Experience", beta: float, total: "Total") -> Targets:  # noqa: ARG002
        """Return, for every answer, the chance that it is preferred to the other of its prompt."""
        import torch

        first_P, second_P = experience.scores.view(-1, 2).unbind(1)
        ahead_P = first_P - second_P
        higher = self.wins == "higher"
        chance_P = (ahead_P.sign() + 1) / 2 if higher else torch.sigmoid(ahead_P)
        return Targets(torch.stack([chance_P, 1 - chance_P], 1).reshape(-1))

    def loss(
        self, now: "Seen", experience: "Experience", targets: Targets, share: Share, beta: float
    ) -> Loss:
        """Return the mean over pairs of DPO's loss, either answer preferred by its chance."""
        ratio_B = ((now.logprobs - experience.reference) * experience.mask).sum(1)
        first_P, second_P = ratio_B.view(-1, 2).unbind(1)
        margin_P = first_P - second_P
        chance_P, other_P = targets.advantages.view(-1, 2).unbind(1)
        loss_P = chance_P * self._of(margin_P, beta) + other_P * self._of(-margin_P, beta)
        pairs = share.answers / 2
        parts = {
            "policy_loss": loss_P.sum() / pairs,
            "accuracy": _told(margin_P.detach(), chance_P - other_P).sum() / pairs,
        }
        return Loss(parts["policy_loss"], parts)

    def _of(self, margin_P: "Tensor", beta: float) -> "Tensor":
        """Return the loss of each pair whose first answer is preferred."""
        from torch.nn.functional import logsigmoid

        if self.loss_kind == "ipo":
            return (margin_P - 1 / (2 * beta)) ** 2
        return -logsigmoid(beta * margin_P)


def _told(margin_P: "Tensor", preferred_P: "Tensor") -> "Tensor":
    """Return 1 for each pair that the margin orders as the scores do, a half where either ties."""
    return (margin_P.sign() * preferred_P.sign() + 1) / 2
