"""What scores answers by the rewards of section `reward`."""

from functools import partial
from pathlib import Path

from tunesmith.rewards.base import Judge, Place, Scorer
from tunesmith.rewards.combined import Combined
from tunesmith.rewards.params import RewardParams


def scorer_of(
    settings: RewardParams, judge: Path, functions: Path, work: Path, seed: int
) -> Scorer:
    """Return what scores answers; a reward model is loaded only if a reward asks one.

    Args:
        settings: the rewards.
        judge: folder of the reward model.
        functions: folder of the files of reward functions.
        work: folder of replies that need not be asked for again.
        seed: of what an endpoint draws.
    """
    return Combined(settings.rewards, Place(partial(_judge, judge), functions, work, seed))


def _judge(folder: Path) -> Judge:
    """Load a reward model."""
    from tunesmith.rewards.reward_model import RewardModel

    return RewardModel.read(folder).score
