"""The dials of stage reward."""

from pydantic import Field

from tunesmith.params import Params
from tunesmith.rewards import AnyReward


class RewardParams(Params):
    """What an answer is worth in the evaluation, for metric `reward`; no reward: not measured."""

    rewards: tuple[AnyReward, ...] = ()  # the weighted sum counts, as in reinforcement
    trains_with: str = Field(default="base", alias="with")  # the phase that {kind: model} asks

    @property
    def asks_reward_model(self) -> bool:
        """Whether one of the rewards is that of a reward model."""
        return any(reward.kind == "model" for reward in self.rewards)
