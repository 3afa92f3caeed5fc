"""What the answers are worth by the rewards of stage reward."""

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.metric import RowMean
from tunesmith.stats.resample import Floats


class MeanReward(RowMean):
    """Mean reward of an answer, on the scale of the rewards; the reference does not count."""

    name = "reward"
    title = "Reward"
    scale = None
    inputs = ("rewards",)

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) the rewards."""
        assert answers.rewards is not None
        return answers.rewards

    def shows(self, answers: Answers) -> bool:
        """Return whether these answers were scored."""
        return answers.rewards is not None

    def needs(self, answers: Answers) -> None:
        """Refuse answers that nobody scored.

        Raises:
            UserError: with the dial that asks for it.
        """
        if answers.rewards is None:
            raise UserError(
                f'params.yaml: {self.dial}: "reward" needs rewards; say in reward.rewards what an '
                'answer is worth, for instance {kind: function, of: "manners.py:leave"}'
            )
