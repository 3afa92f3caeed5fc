"""The judge: both orders, recorded replies, honest counts; against a server on this machine."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.tunesmith.endpoints.fake_server import Script, serving
from tunesmith.answers import Answers
from tunesmith.endpoints import caller
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.evaluation.measuring import statistics
from tunesmith.evaluation.tables import ANSWERED, MODELS, SCORED, about, row_scores
from tunesmith.judge.metric import JudgeScore
from tunesmith.judge.params import Judge
from tunesmith.metrics.measure import measure
from tunesmith.stats.resample import Floats

KEY = "sk-secret-of-the-test"
PROMPTS = ["Where is order 1?", "订单2在哪里？", "Where is order 3?", "订单4在哪里？"]
REFERENCES = ["On its way to Ann.", "已经寄到上海。", "It is in the post.", "正在路上。"]
LANGS = ["en", "zh", "en", "zh"]
BETTER = [f"{text} !!" for text in REFERENCES]
WORSE = ["", "不知道", "no", "?"]
PART = re.compile(r"(?ms)^\[\w{16} (?:answer |回答)([AB])\]\n(.*?)(?=^\[\w{16} )")


def longer_wins(asked: str) -> str:
    """Judge by length, as a fair judge would not."""
    parts = {name: text.strip() for name, text in PART.findall(asked)}
    first, second = len(parts["A"]), len(parts["B"])
    return "C" if first == second else "A" if first > second else "B"


def first_wins(asked: str) -> str:
    return "A"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def params(**dials: Any) -> Judge:
    return Judge(model="m", requests_per_minute=1e6, retries=0, **dials)


def answers(predictions: list[str]) -> Answers:
    return Answers(predictions, REFERENCES, LANGS, prompts=PROMPTS)


class Judged(NamedTuple):
    """The metric, its row statistics (N, 2) of each model, and what is told of each."""

    metric: JudgeScore
    statistics: Mapping[str, Floats]
    about: dict[str, dict[str, Any]]


def judged(models: dict[str, Answers], replies: Replies, **dials: Any) -> Judged:
    """Judge as `evaluate` does."""
    metric = JudgeScore(params(**dials), replies, 0)
    about = metric.ask(models)
    return Judged(metric, statistics([metric], models, "test")[metric], about)


def ask(
    judge: Callable[[str], str],
    models: dict[str, Answers],
    monkeypatch: pytest.MonkeyPatch,
    replies: Replies | None = None,
    **dials: Any,
) -> tuple[Judged, Script]:
    script = Script(answer=judge)
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        return judged(models, Replies() if replies is None else replies, **dials), script


def value(found: Judged, model: str) -> float:
    return float(found.metric.finish(found.statistics[model].sum(axis=0)))


def test_better_answers_win_and_worse_ones_lose_in_both_languages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = {"candidate": answers(BETTER), "base": answers(WORSE)}
    found, script = ask(longer_wins, models, monkeypatch)
    assert (value(found, "candidate"), value(found, "base")) == (1.0, 0.0)
    assert found.about["candidate"]["wins"] == found.about["base"]["losses"] == 4
    assert found.about["candidate"]["flips"] == 0.0
    assert found.about["candidate"]["first_preferred"] == 0.5
    assert len(script.seen) == 2 * 4 * 2
    texts = [body["messages"][0]["content"] for body in script.seen]
    assert sum("只回复一个字母" in text for text in texts) == 8
    assert {body["temperature"] for body in script.seen} == {0.0}


def test_a_judge_that_takes_the_first_answer_says_nothing_and_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, _ = ask(first_wins, {"base": answers(WORSE)}, monkeypatch)
    assert value(found, "base") == 0.5
    assert found.about["base"]["ties"] == 4
    assert found.about["base"]["flips"] == 1.0
    assert found.about["base"]["first_preferred"] == 1.0


def test_a_win_beside_a_tie_is_a_tie(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsure(asked: str) -> str:
        return "A" if longer_wins(asked) == "A" else "C"

    found, _ = ask(unsure, {"candidate": answers(BETTER)}, monkeypatch)
    assert value(found, "candidate") == 0.5
    assert found.about["candidate"]["flips"] == 1.0


def test_replies_of_another_form_are_no_verdict_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def chatty(asked: str) -> str:
        return "I would say A." if "order 1" in asked else longer_wins(asked)

    found, _ = ask(chatty, {"base": answers(WORSE)}, monkeypatch)
    told = found.about["base"]
    assert (told["rows"], told["judged"], told["losses"]) == (4, 3, 3)
    assert told["replies_without_verdict"] == 2
    assert found.statistics["base"].tolist() == [[0, 0], [0, 1], [0, 1], [0, 1]]
    assert found.metric.n(found.statistics["base"]) == 3


def test_a_row_with_one_verdict_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(asked: str) -> str:
        unsure = "order 1" in asked and longer_wins(asked) == "B"
        return "hm" if unsure else longer_wins(asked)

    found, _ = ask(half, {"base": answers(WORSE)}, monkeypatch)
    assert found.about["base"]["judged"] == found.about["base"]["counted"] == 3
    assert found.about["base"]["replies_without_verdict"] == 1
    assert found.metric.n(found.statistics["base"]) == 3


def test_a_row_counts_only_where_all_models_have_a_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shy(asked: str) -> str:
        return "hm" if "!!" in asked and "order 3" in asked else longer_wins(asked)

    models = {"base": answers(WORSE), "candidate": answers(BETTER)}
    found, _ = ask(shy, models, monkeypatch)
    for model, score in (("base", 0), ("candidate", 1)):
        counts = [[score, 1], [score, 1], [0, 0], [score, 1]]
        assert found.statistics[model].tolist() == counts
        assert found.about[model]["counted"] == 3
    assert (found.about["base"]["judged"], found.about["candidate"]["judged"]) == (4, 3)


def test_a_judge_without_a_verdict_on_one_model_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shy(asked: str) -> str:
        return "hm" if "!!" in asked else longer_wins(asked)

    models = {"base": answers(WORSE), "candidate": answers(BETTER)}
    with pytest.raises(UserError, match=r"m decided too few .*\(base 4 of 4, candidate 0 of 4\)"):
        ask(shy, models, monkeypatch)


def test_a_model_that_is_asked_about_once_may_go_without_a_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = answers([*REFERENCES[:3], "no"])
    found, _ = ask(lambda _: "hm", {"base": given}, monkeypatch)
    assert found.statistics["base"].tolist() == [[0.5, 1]] * 3 + [[0, 0]]


def test_refused_requests_are_no_verdict_and_not_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {"base": answers(WORSE), "candidate": answers(BETTER)}
    journal = tmp_path / "journal.jsonl"
    script = Script(answer=longer_wins, statuses=[200, 200, *[400] * 6])
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        first = judged(models, Replies.read(tmp_path / "no.jsonl", journal), at_once=1)
    monkeypatch.delenv("OPENAI_BASE_URL")
    again = judged(models, Replies.read(tmp_path / "no.jsonl", journal))
    assert first.about == again.about
    assert first.about["base"]["replies_without_verdict"] == 6
    assert first.about["candidate"]["counted"] == 1


def test_an_answer_that_is_the_reference_is_a_tie_and_not_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = answers([REFERENCES[0], f" {REFERENCES[1]}\n", *WORSE[2:]])
    found, script = ask(longer_wins, {"base": given}, monkeypatch)
    assert len(script.seen) == 4
    assert found.about["base"]["same_text"] == 2
    assert value(found, "base") == pytest.approx((0.5 + 0.5 + 0 + 0) / 4)


def test_a_second_evaluation_asks_nothing_and_a_recorded_one_needs_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {"base": answers(WORSE), "candidate": answers(BETTER)}
    replies = Replies.read(tmp_path / "recorded.jsonl", tmp_path / "journal.jsonl")
    first, _ = ask(longer_wins, models, monkeypatch, replies)
    journal = Replies.read(tmp_path / "recorded.jsonl", tmp_path / "journal.jsonl")
    again, script = ask(first_wins, models, monkeypatch, journal)
    assert script.seen == []
    (tmp_path / "recorded.jsonl").write_text(again.metric.replies.lines() + "\n", encoding="utf-8")
    monkeypatch.delenv("OPENAI_BASE_URL")
    offline = Replies.read(tmp_path / "recorded.jsonl", tmp_path / "no.jsonl")
    third = judged(models, offline)
    for model in models:
        np.testing.assert_array_equal(first.statistics[model], third.statistics[model])
    assert first.about == again.about == third.about
    assert KEY not in (tmp_path / "recorded.jsonl").read_text(encoding="utf-8")


def test_without_a_server_a_missing_reply_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UserError, match=r"OPENAI_BASE_URL is not set, and 8 replies of m are not"):
        judged({"base": answers(WORSE)}, Replies())


def test_other_criteria_or_another_model_are_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = Replies()
    models = {"base": answers(WORSE)}
    one, _ = ask(longer_wins, models, monkeypatch, replies)
    two, script = ask(longer_wins, models, monkeypatch, replies, criteria="that it rhymes")
    assert len(script.seen) == 8
    assert one.metric.signature(models["base"]) != two.metric.signature(models["base"])


def test_a_server_that_fails_names_itself_and_keeps_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(answer=longer_wins, statuses=[200, 200, *[500] * 9])
    replies = Replies.read(tmp_path / "no.jsonl", tmp_path / "journal.jsonl")
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        with pytest.raises(UserError, match="OPENAI_BASE_URL names failed"):
            judged({"base": answers(WORSE)}, replies, at_once=1)
    kept = (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reply"] for line in kept] == ["B", "A"]


def test_every_model_is_judged_on_the_same_rows_at_most_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = {"base": answers(WORSE), "candidate": answers(BETTER)}
    found, script = ask(longer_wins, models, monkeypatch, max_rows=2)
    assert len(script.seen) == 2 * 2 * 2
    counted = [table[:, 1].tolist() for table in found.statistics.values()]
    assert counted[0] == counted[1]
    assert sum(counted[0]) == found.about["base"]["rows"] == 2


def test_the_judge_stands_among_the_other_metrics_with_intervals_and_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = {"base": answers(WORSE), "candidate": answers(BETTER), "champion": answers(BETTER)}
    found, _ = ask(longer_wins, models, monkeypatch, max_rows=3)
    table = {found.metric: found.statistics}
    [measured] = measure(table, 200, 0.95, np.random.default_rng(0))
    score = measured.score("candidate")
    assert (score.value, score.n) == (1.0, 3)
    assert measured.difference("candidate", "base").value == 1.0
    frame = pd.DataFrame({name: [0] * 4 for name in (*ANSWERED, *SCORED)})
    rows = row_scores({"test": (table, dict.fromkeys(MODELS, frame))})
    assert rows["judge"].isna().sum() == 3  # one row of each model was not judged
    assert about(found.metric, models["base"])["signature"].startswith("model:m|prompt:")


def test_answers_without_their_questions_are_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = Script(answer=longer_wins)
    models = {"base": answers(WORSE), "candidate": Answers(BETTER, REFERENCES, LANGS)}
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        with pytest.raises(UserError, match='evaluate.judge: "judge" needs the predict'):
            judged(models, Replies())
    assert script.seen == []
