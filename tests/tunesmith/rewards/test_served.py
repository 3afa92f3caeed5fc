"""A served model's grade is a reward; what it replied is not asked for again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tunesmith.endpoints.fake_server import Script, serving
from tests.tunesmith.rewards.test_rewards import PLACE, answer, reward
from tunesmith.errors import UserError
from tunesmith.rewards.base import Place

DIALS = {
    "kind": "served",
    "endpoint": {"model": "m", "requests_per_minute": 1e6, "retries": 0, "at_once": 1},
}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    script = Script(answer=lambda _: "<think>3 or 4?</think>7.5 of 10")
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        yield script


def score(tmp_path: Path, *texts: str) -> list[float]:
    place = Place(PLACE.judge, PLACE.functions, tmp_path, 0)
    return reward(**DIALS).scorer(place)([answer(text) for text in texts])


def test_the_grade_is_brought_to_0_to_1_and_kept(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert score(tmp_path, "fine", "good") == [0.75, 0.75]
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert score(tmp_path, "good") == [0.75]


def test_question_and_answer_are_shown_as_they_are(script: Script, tmp_path: Path) -> None:
    score(tmp_path, "say {prompt}")
    content = script.seen[0]["messages"][0]["content"]
    assert "Question:\nsure?\n\nAnswer:\nsay {prompt}" in content
    assert "from 0 (useless) to 10" in content


def test_a_reply_without_a_grade_is_unknown_and_if_none_has_one_it_stops(
    script: Script, tmp_path: Path
) -> None:
    script.answer = lambda body: "9" if "fine" in str(body) else "88 out of 10"
    assert score(tmp_path, "fine", "good") == [0.9, 0.0]
    with pytest.raises(UserError, match="gave none of 1 answers a number from 0 to 10"):
        score(tmp_path, "good")
