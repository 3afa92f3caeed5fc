"""PPO: tokens that turn out better than a value head expected become likelier, in small steps.

Source: https://arxiv.org/abs/1707.06347; for language models https://arxiv.org/abs/1909.08593.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from tunesmith.objectives.base.online import Loss, OnlineObjective, Share, Targets

if TYPE_CHECKING:
    from torch import Tensor

    from tunesmith.online.experience import Experience, Seen
    from tunesmith.online.whitening import Total


class Ppo(OnlineObjective):
    """Every token pays for its distance from the reference; the last one earns the score."""

    critic: ClassVar[bool] = True

    kind: Literal["ppo"] = "ppo"
    passes: PositiveInt = 4
    discount: float = Field(1.0, gt=0, le=1)
    gae_decay: float = Field(0.95, ge=0, le=1)
    value_weight: PositiveFloat = 0.5
    value_clip: PositiveFloat = 0.2
    value_learning_rate: PositiveFloat = 1e-2  # of the value head
    entropy_bonus: NonNegativeFloat = 0.0  # of a nat
    whiten_rewards: bool = False
    whiten_advantages: bool = True

    @property
    def value_rate(self) -> float:
        """Learning rate of the value head."""
        return self.value_learning_rate

    @property
    def entropy_learns(self) -> bool:
        """Whether there is a bonus."""
        return self.entropy_bonus > 0

    def targets(self, experience: "Experience", beta: float, total: "Total") -> Targets:
        """Return the advantage of every token, and what the value head should have expected."""
        from tunesmith.online.gae import gae
        from tunesmith.online.whitening import whitened

        mask_BT, values_BT = experience.mask, experience.old.values
        rewards_BT = self._earned(experience, beta)
        if self.whiten_rewards:
            rewards_BT = whitened(rewards_BT, mask_BT, keep_mean=True, total=total)
        advantages_BT = gae(rewards_BT, values_BT, mask_BT, self.discount, self.gae_decay)
        returns_BT = advantages_BT + values_BT
        if self.whiten_advantages:
            advantages_BT = whitened(advantages_BT, mask_BT, total=total)
        return Targets(advantages_BT, returns_BT)

    def _earned(self, experience: "Experience", beta: float) -> "Tensor":
        """Return what each token earns."""
        from tunesmith.online.kl import k1

        mask_BT = experience.mask
        rewards_BT = -beta * k1(experience.old.logprobs, experience.reference) * mask_BT
        last_B = mask_BT.sum(1, keepdim=True) - 1
        return rewards_BT.scatter_add(1, last_B, experience.scores[:, None])

    def loss(
        self,
        now: "Seen",
        experience: "Experience",
        targets: Targets,
        share: Share,
        beta: float,  # noqa: ARG002
    ) -> Loss:
        """Return the mean over tokens of both clipped losses, less the entropy's bonus."""
        from tunesmith.online.clipping import policy_loss, value_loss

        assert targets.returns is not None
        old, mask_BT = experience.old, experience.mask
        policy_BT, clipped_BT = policy_loss(
            now.logprobs, old.logprobs, targets.advantages, self.clip_low, self.clip_high
        )
        value_BT = value_loss(now.values, old.values, targets.returns, self.value_clip)
        names = ("policy_loss", "value_loss", "clip_fraction", "entropy_now")
        each = (policy_BT, value_BT, clipped_BT, now.entropy)
        parts = {
            name: (one * mask_BT).sum() / share.tokens
            for name, one in zip(names, each, strict=True)
        }
        whole = parts["policy_loss"] + self.value_weight * parts["value_loss"]
        return Loss(whole - self.entropy_bonus * parts.pop("entropy_now"), parts)
