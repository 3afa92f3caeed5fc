"""The judge as an `evaluate.Metric`, beside the metrics of `tunesmith.metrics.hub`."""

from typing import Any

from tunesmith.answers import Answers
from tunesmith.endpoints.replies import Replies
from tunesmith.judge.metric import JudgeScore
from tunesmith.judge.params import Judge
from tunesmith.metrics.hub import hub_metric, scored

MODEL = "model"


def judge_as_evaluate(
    judge: Judge,
    replies: Replies,
    resamples: int = 1000,
    seed: int = 0,
    langs: list[str] | None = None,
) -> Any:
    """Return an `evaluate.Metric` that computes `judge` with its interval and what else is told.

    Its columns are predictions, references and prompts. With all replies recorded it needs no
    server; `compute` raises `UserError` where one is missing and none is named.

    Args:
        judge: the model that judges, and its dials.
        replies: what it replied before; new replies are added.
        resamples: for the 95 % interval.
        seed: of the resamples, and of the rows where there are more than `max_rows`.
        langs: of each row, which decide the language of the question; without, the references do.
    """

    def compute(answers: Answers) -> dict[str, Any]:
        metric = JudgeScore(judge, replies, seed)
        about = metric.ask({MODEL: answers})[MODEL]
        told = {f"{metric.name}_{key}": value for key, value in about.items()}
        return scored(metric, answers, resamples, seed) | told

    return hub_metric(JudgeScore.name, JudgeScore.__doc__, JudgeScore.inputs, compute, langs)
