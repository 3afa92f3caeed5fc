"""The judge as one of evaluate's metrics: from recorded replies, offline, combined with others."""

import socket

import pytest

from tests.tunesmith.judge.test_judge import (
    BETTER,
    KEY,
    LANGS,
    PROMPTS,
    REFERENCES,
    answers,
    ask,
    longer_wins,
    params,
)
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError

MIXED = [BETTER[0], BETTER[1], "", REFERENCES[3]]  # two wins, a loss, the reference itself


def test_recorded_verdicts_are_scored_in_evaluate_s_form_alone_and_combined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import evaluate

    from tunesmith.judge.hub import judge_as_evaluate
    from tunesmith.metrics.hub import as_evaluate

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    replies = Replies()
    ask(longer_wins, {"candidate": answers(MIXED)}, monkeypatch, replies)
    monkeypatch.delenv("OPENAI_BASE_URL")

    def no_network(*args: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    judge = judge_as_evaluate(params(), replies, resamples=100, langs=LANGS)
    columns = {"predictions": MIXED, "references": REFERENCES, "prompts": PROMPTS}
    found = judge.compute(**columns)
    assert found["judge"] == (1 + 1 + 0 + 0.5) / 4
    assert found["judge_low"] <= found["judge"] <= found["judge_high"]
    assert found["judge_n"] == 4
    assert (found["judge_wins"], found["judge_ties"], found["judge_losses"]) == (2, 1, 1)
    assert (found["judge_flips"], found["judge_first_preferred"]) == (0.0, 0.5)
    exact = as_evaluate("exact_match", resamples=100)
    together = evaluate.combine([exact, judge]).compute(**columns)
    assert together == {**found, **exact.compute(predictions=MIXED, references=REFERENCES)}


def test_a_verdict_that_is_not_recorded_is_asked_of_the_server_or_refused() -> None:
    from tunesmith.judge.hub import judge_as_evaluate

    judge = judge_as_evaluate(params(), Replies())
    with pytest.raises(UserError, match="OPENAI_BASE_URL is not set"):
        judge.compute(predictions=BETTER, references=REFERENCES, prompts=PROMPTS)
