"""GRPO: answers that score above others to the same prompt become likelier; there is no value head.

Source: https://arxiv.org/abs/2402.03300; the mean over all tokens is that of
https://arxiv.org/abs/2503.14476, which TRL 1.16 takes too.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, PositiveInt

from tunesmith.objectives.base.online import Loss, OnlineObjective, Share, Targets

if TYPE_CHECKING:
    from tunesmith.online.experience import Experience, Seen
    from tunesmith.online.whitening import Total


class Grpo(OnlineObjective):
    """The distance from the reference is a term of the loss of its own."""

    kind: Literal["grpo"] = "grpo"
    group: PositiveInt = Field(8, ge=2)  # answers to a prompt
    scale_by_deviation: bool = True  # False: as Dr. GRPO
    mean_of: Literal["tokens", "answers"] = "tokens"  # answers: each counts the same, long or short

    @property
    def group_size(self) -> int:
        """Answers to each prompt."""
        return self.group

    def targets(self, experience: "Experience", beta: float, total: "Total") -> Targets:  # noqa: ARG002
        """Return the same advantage for all tokens of an answer."""
        from tunesmith.online.advantages import group_relative

        scores_B = group_relative(experience.scores, self.group, self.scale_by_deviation)
        return Targets(scores_B[:, None] * experience.mask)

    def loss(
        self, now: "Seen", experience: "Experience", targets: Targets, share: Share, beta: float
    ) -> Loss:
        """Return the clipped loss and the distance from the reference, which has a gradient."""
        from tunesmith.online.clipping import policy_loss
        from tunesmith.online.kl import k3

        mask_BT = experience.mask
        policy_BT, clipped_BT = policy_loss(
            now.logprobs,
            experience.old.logprobs,
            targets.advantages,
            self.clip_low,
            self.clip_high,
        )
        distance_BT = k3(now.logprobs, experience.reference)
        weight_BT = mask_BT / share.tokens
        if self.mean_of == "answers":
            weight_BT = mask_BT / mask_BT.sum(1, keepdim=True) / share.answers
        parts = {
            "policy_loss": (policy_BT * weight_BT).sum(),
            "clip_fraction": (clipped_BT * mask_BT).sum() / share.tokens,
        }
        return Loss(parts["policy_loss"] + beta * (distance_BT * weight_BT).sum(), parts)
