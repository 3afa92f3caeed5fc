"""A function of the project is a reward; what it does wrong is said with its name."""

from pathlib import Path

import pytest

from tests.tunesmith.rewards.test_rewards import answer, scores
from tunesmith.errors import UserError

DIALS = {"kind": "function", "of": "brief.py:brief"}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rewards").mkdir()


def write(body: str) -> None:
    Path("rewards/brief.py").write_text(f"def brief(prompts, answers, rows):\n    {body}\n")


def test_it_is_given_prompts_answers_and_rows() -> None:
    write(
        "return [len(a) + len(p[0]['content']) * (r['task'] == 'chat') for p, a, r in "
        "zip(prompts, answers, rows)]"
    )
    assert scores(DIALS, answer("ab"), answer("")) == [7.0, 5.0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return [1.0]", "returned 1 numbers for 2 answers"),
        ("return ['good', 'bad']", "no number"),
        ("return None", "no number"),
        ("raise KeyError('price')", "raised KeyError: 'price'"),
    ],
)
def test_what_it_does_wrong_is_said(body: str, words: str) -> None:
    write(body)
    with pytest.raises(UserError, match=rf"rewards/brief\.py:brief {words}|{words}"):
        scores(DIALS, answer("a"), answer("b"))


def test_a_file_or_function_that_is_missing_is_named() -> None:
    with pytest.raises(UserError, match=r"rewards/brief\.py: no such file"):
        scores(DIALS, answer("a"))
    Path("rewards/brief.py").write_text("def long(prompts, answers, rows):\n    return []\n")
    with pytest.raises(UserError, match='no function "brief"; it has: long'):
        scores(DIALS, answer("a"))
