"""RLOO: REINFORCE whose baseline is the mean score of the other answers to the same prompt.

Source: https://arxiv.org/abs/2402.14740; the clipping of whole answers is that of TRL 1.16.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, PositiveInt

from tunesmith.objectives.base.online import Loss, OnlineObjective, Share, Targets

if TYPE_CHECKING:
    from tunesmith.online.experience import Experience, Seen
    from tunesmith.online.whitening import Total


class Rloo(OnlineObjective):
    """An answer is one action: its score pays for its whole distance from the reference."""

    kind: Literal["rloo"] = "rloo"
    group: PositiveInt = Field(4, ge=2)  # answers to a prompt
    whiten_advantages: bool = False

    @property
    def group_size(self) -> int:
        """Answers to each prompt."""
        return self.group

    def targets(self, experience: "Experience", beta: float, total: "Total") -> Targets:
        """Return the advantage of every answer."""
        from tunesmith.online.advantages import leave_one_out
        from tunesmith.online.kl import k1
        from tunesmith.online.whitening import whitened

        distance_BT = k1(experience.old.logprobs, experience.reference) * experience.mask
        paid_B = experience.scores - beta * distance_BT.sum(1)
        advantages_B = leave_one_out(paid_B, self.group)
        if self.whiten_advantages:
            mask_B = experience.mask[:, 0]
            advantages_B = whitened(advantages_B, mask_B, total=total)
        return Targets(advantages_B)

    def loss(
        self,
        now: "Seen",
        experience: "Experience",
        targets: Targets,
        share: Share,
        beta: float,  # noqa: ARG002
    ) -> Loss:
        """Return the mean over answers of the clipped loss."""
        from tunesmith.online.clipping import policy_loss

        mask_BT = experience.mask
        now_B = (now.logprobs * mask_BT).sum(1)
        old_B = (experience.old.logprobs * mask_BT).sum(1)
        policy_B, clipped_B = policy_loss(
            now_B, old_B, targets.advantages, self.clip_low, self.clip_high
        )
        parts = {
            "policy_loss": policy_B.sum() / share.answers,
            "clip_fraction": clipped_B.sum() / share.answers,
        }
        return Loss(parts["policy_loss"], parts)
