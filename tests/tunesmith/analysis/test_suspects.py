"""Likely label errors, contradictions in train, certain errors and nearest train rows."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.analysis.hardest import with_nearest
from tunesmith.analysis.surest import surest_errors
from tunesmith.analysis.suspects import (
    chances_of,
    label_errors,
    suspected_tests,
    suspected_train,
)
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.rows import Row, to_frame

TEXTS = {"refund": "refund my broken {}", "退款": "我想给{}办理退款"}
THINGS = ("lamp", "tent", "mug", "chair", "vase", "clock")


def labelled(name: str, wrong: int = 0) -> list[Row]:
    rows = [
        plain_label(f"{name}-{label}-{thing}", text.format(thing), label, lang="en")
        for label, text in TEXTS.items()
        for thing in THINGS
    ]
    for row in rows[:wrong]:
        row["label"] = "退款"
    return rows


def space(rows: list[Row]) -> TrainSpace:
    return TrainSpace(to_frame(rows), seed=0)


def cases_of(rows: list[Row], answers: list[str]) -> pd.DataFrame:
    references = [row["label"] for row in rows]
    right = [a == b for a, b in zip(answers, references, strict=True)]
    return pd.DataFrame(
        {
            "id": [row["id"] for row in rows],
            "lang": "en",
            "prompt": [row["text"] for row in rows],
            "reference": references,
            "candidate": answers,
            "candidate_score": [float(one) for one in right],
            "logprob_per_token": np.nan,
            "own_logprob_per_token": np.nan,
            "wrong": [not one for one in right],
        }
    )


def sure(answers: list[str]) -> list[dict[str, float]]:
    return [{label: 0.9 if label == answer else 0.1 for label in TEXTS} for answer in answers]


def test_a_test_label_that_model_and_train_speak_against_is_suspected() -> None:
    rows = labelled("test", wrong=1)
    answers = [row["label"] for row in labelled("test")]
    [found] = suspected_tests(cases_of(rows, answers), space(labelled("train")), sure(answers))
    assert found["id"] == rows[0]["id"]
    assert (found["given"], found["likely"]) == ("退款", "refund")
    assert found["margin"] == pytest.approx(0.8)


def test_a_model_that_is_surely_wrong_makes_no_label_suspect() -> None:
    rows = labelled("test")
    answers = ["退款", *(row["label"] for row in rows[1:])]
    assert suspected_tests(cases_of(rows, answers), space(labelled("train")), sure(answers)) == []


def test_without_train_rows_the_model_speaks_alone_and_without_both_nobody_does() -> None:
    rows = labelled("test", wrong=1)
    answers = [row["label"] for row in labelled("test")]
    cases = cases_of(rows, answers)
    assert [one["id"] for one in suspected_tests(cases, space([]), sure(answers))] == [
        rows[0]["id"]
    ]
    assert suspected_tests(cases, space([]), None) == []


def test_a_train_label_that_its_neighbours_contradict_is_suspected_near_failures_only() -> None:
    train = labelled("train", wrong=1)
    rows = labelled("test")
    answers = ["退款" if "refund" in row["text"] else row["label"] for row in rows]
    found = label_errors(cases_of(rows, answers), space(train), None, classification=True)
    assert [one["id"] for one in found["train"]] == [train[0]["id"]]
    assert found["train"][0]["likely"] == "refund"
    assert found["train_looked_at"] == 6
    right = [row["label"] for row in rows]
    silent = label_errors(cases_of(rows, right), space(train), None, classification=True)
    assert (silent["train"], silent["train_looked_at"]) == ([], 0)


def test_train_answers_that_contradict_each_other_are_named_with_both_ids() -> None:
    train = space(
        [
            plain_chat(1, "When do you open on Sunday?", "We open at nine."),
            plain_chat(2, "when do you open on sunday", "We are closed."),
            plain_chat(3, "When do you open on Monday?", "We open at ten."),
            plain_chat(4, "订单12什么时候到？", "订单12明天到。"),
            plain_chat(5, "订单13什么时候到？", "订单13周五到。"),
        ]
    )
    [found] = suspected_train(np.arange(5), train, classification=False)
    assert (found["id"], found["other"]) == ("row-1", "row-2")
    assert found["likely"] == "We are closed."


def test_a_classifier_is_surest_where_its_wrong_label_is_likeliest() -> None:
    rows = labelled("test")
    answers = ["退款", "退款", *(row["label"] for row in rows[2:])]
    chances = sure(answers)
    chances[1]["退款"] = 0.99
    found = surest_errors(cases_of(rows, answers), chances, 5)
    assert found["measure"] == "probability"
    assert [one["id"] for one in found["rows"]] == [rows[1]["id"], rows[0]["id"]]
    assert found["rows"][0]["probability"] == pytest.approx(0.99)


def test_a_generator_is_surest_where_the_tokens_of_its_answer_are_likeliest() -> None:
    rows = labelled("test")[:4]
    cases = cases_of(rows, ["a", "b", "c", "refund"])
    cases["own_logprob_per_token"] = [-1.0, -0.1, np.nan, -9.0]
    found = surest_errors(cases, None, 5)
    assert found["measure"] == "probability_per_token"
    assert [one["id"] for one in found["rows"]] == [rows[1]["id"], rows[0]["id"]]
    assert found["rows"][1]["probability_per_token"] == pytest.approx(np.exp(-1.0))
    cases["own_logprob_per_token"] = np.nan
    assert surest_errors(cases, None, 5) == {"measure": None, "rows": []}


def test_probabilities_are_matched_by_id_among_more_rows() -> None:
    table = pd.DataFrame(
        {"id": ["x", "b", "a"], "scores": [json.dumps({"k": v}) for v in (0.1, 0.2, 0.3)]}
    )
    ids = pd.Series(["a", "b"])
    assert chances_of(ids, table) == [{"k": 0.3}, {"k": 0.2}]
    assert chances_of(pd.Series(["a", "c"]), table) is None
    assert chances_of(ids, None) is None


def test_the_nearest_train_rows_stand_beside_a_hard_one() -> None:
    [one] = with_nearest([{"prompt": "refund my broken lamp"}], space(labelled("train")))
    assert one["nearest"][0]["prompt"] == "refund my broken lamp"
    assert one["nearest"][0]["similarity"] == pytest.approx(1.0, abs=1e-3)
    assert len(one["nearest"]) == 3
    assert {near["answer"] for near in one["nearest"]} == {"refund"}
    assert with_nearest([{"prompt": "x"}], space([])) == [{"prompt": "x", "nearest": []}]
