"""Metric reward: the mean of what stage reward gave, and a clear word where it gave nothing."""

import numpy as np
import pytest

from tests.evaluation import row_scores, score_of
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.evaluation.sets import of_answers
from tunesmith.metrics import METRICS

GIVEN = Answers(["a", "b"], ["a", "c"], rewards=np.array([-1.0, 4.0]))


def test_the_score_is_the_mean_and_a_row_has_its_own() -> None:
    assert score_of("reward", GIVEN) == 1.5
    assert row_scores("reward", GIVEN) == [-1.0, 4.0]


def test_answers_that_nobody_scored_are_refused_with_the_dial() -> None:
    without = Answers(["a"], ["a"])
    assert not METRICS["reward"].shows(without)
    with pytest.raises(UserError, match=r'evaluate\.metrics: "reward" needs rewards'):
        METRICS["reward"].needs(without)


def test_plain_text_has_no_answer_that_could_be_worth_something() -> None:
    assert of_answers(METRICS["reward"])
    assert not of_answers(METRICS["perplexity"])
