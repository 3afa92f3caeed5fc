"""CheckList's published files: what can be scored is, what cannot is counted."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.tunesmith.behaviour.writing import asked, expanded, line, told
from tunesmith.behaviour.score import score_behaviour
from tunesmith.errors import UserError

LINE = {"checklist": "suites/ours.jsonl.gz", "labels": {"0": "neg", "2": "pos"}}


def record(test: str, kind: str, data: Any, label: Any = None, case: int = 0) -> dict[str, Any]:
    return {
        **{"suite": "sentiment", "test": test, "type": kind, "capability": "Vocabulary"},
        **{"description": None, "case": case, "data": data, "label": label},
    }


def published(folder: Path, *records: dict[str, Any]) -> None:
    """Write a file of cases where `LINE` looks for it."""
    (folder / "suites").mkdir(exist_ok=True)
    text = "".join(json.dumps(one) + "\n" for one in records)
    (folder / LINE["checklist"]).write_bytes(gzip.compress(text.encode()))  # type: ignore[operator]


def test_a_known_label_is_expected_in_the_projects_words(tmp_path: Path) -> None:
    published(tmp_path, record("words", "MFT", "good", 2), record("words", "MFT", "bad", 0, 1))
    rows = expanded(tmp_path, LINE, task="classification").rows
    assert [(asked(row), told(row)["expect"]) for row in rows] == [
        ("good", {"label": "pos"}),
        ("bad", {"label": "neg"}),
    ]
    assert {told(row)["test"] for row in rows} == {"sentiment: words"}
    assert rows[0]["source"] == "ours.jsonl:1"


def test_what_cannot_be_scored_is_counted_with_its_reason(tmp_path: Path) -> None:
    published(
        tmp_path,
        record("neutral", "MFT", "American", 1),
        record("empty", "MFT", None, 0),
        record("empty", "MFT", None, 0, 1),
        record("unknown", "DIR", ["a", "b"]),
        record("equal", "INV", ["a", "a"]),
    )
    found = expanded(tmp_path, LINE, task="classification")
    assert found.rows == []
    assert [(one.test, one.cases, one.reason) for one in found.left_out] == [
        ("sentiment: neutral", 1, "labels has no 1"),
        ("sentiment: empty", 2, "the published file has no text for it"),
        ("sentiment: unknown", 1, "the file does not say which way the answer must go"),
        ("sentiment: equal", 1, "no variant differs from the original"),
    ]


def test_the_first_of_a_list_is_the_original(tmp_path: Path) -> None:
    published(tmp_path, record("typos", "INV", ["good film", "godo film", "good flim"]))
    rows = expanded(tmp_path, LINE, task="classification").rows
    assert [asked(row) for row in rows] == ["good film", "godo film", "good flim"]
    assert [told(row)["expect"] for row in rows] == [{}, {"same": "label"}, {"same": "label"}]


@pytest.mark.parametrize(
    ("test", "before", "after", "status"),
    [
        ("add negative phrases", 0.5, 0.7, "failed"),
        ("add negative phrases", 0.5, 0.55, "passed"),
        ("add negative phrases", 0.95, 0.99, "not_asked"),
        ("add positive phrases", 0.5, 0.3, "failed"),
        ("intensifiers", 0.8, 0.6, "failed"),
        ("intensifiers", 0.2, 0.4, "failed"),
        ("intensifiers", 0.2, 0.1, "passed"),
    ],
)
def test_directions_are_those_of_the_descriptions(
    tmp_path: Path, test: str, before: float, after: float, status: str
) -> None:
    published(tmp_path, record(test, "DIR", ["a film", "a very film"]))
    rows = expanded(tmp_path, LINE, task="classification").rows
    answers = {
        row["id"]: line("pos" if p >= 0.5 else "neg", pos=p, neg=1 - p)
        for row, p in zip(rows, (before, after), strict=True)
    }
    (found,) = score_behaviour(rows, {"candidate": answers}, 0.95)["per_case"]
    assert found["status"] == status


@pytest.mark.parametrize(
    ("label", "positive", "status"),
    [(0, 0.3, "passed"), (0, 0.4, "failed"), (1, 0.4, "passed"), (1, 0.7, "failed"),
     (2, 0.7, "passed"), (2, 0.6, "failed")],
)  # fmt: skip
def test_two_classes_are_taken_for_three_where_the_line_says_so(
    tmp_path: Path, label: int, positive: float, status: str
) -> None:
    published(tmp_path, record("words", "MFT", "so so", label))
    test = {**LINE, "neutral": [1 / 3, 2 / 3]}
    (row,) = expanded(tmp_path, test, task="classification").rows
    answers = {row["id"]: line("pos", pos=positive, neg=1 - positive)}
    (found,) = score_behaviour([row], {"candidate": answers}, 0.95)["per_case"]
    assert found["status"] == status


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"neutral": [0.6, 0.4]}, "neutral: two probabilities, the lower first"),
        ({"neutral": [0.3, 0.6], "labels": {"0": "neg"}}, 'neutral: labels has no "2"'),
    ],
)
def test_a_band_that_is_none_is_refused(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    published(tmp_path, record("words", "MFT", "good", 2))
    with pytest.raises(UserError, match=rf"ours\.jsonl:1: {message}"):
        expanded(tmp_path, {**LINE, **more})


def test_a_pair_is_one_text(tmp_path: Path) -> None:
    pairs = [["Is it far?", "Is it near?"], ["Is it farr?", "Is it near?"]]
    published(tmp_path, record("p", "MFT", pairs[0], 2), record("q", "INV", pairs))
    rows = expanded(tmp_path, {**LINE, "separator": " [SEP] "}, task="classification").rows
    assert [asked(row) for row in rows] == [
        "Is it far? [SEP] Is it near?",
        "Is it far? [SEP] Is it near?",
        "Is it farr? [SEP] Is it near?",
    ]


def test_at_most_so_many_cases_of_a_test_are_taken(tmp_path: Path) -> None:
    published(tmp_path, *(record("w", "MFT", f"good {k}", 2, k) for k in range(50)))
    rows = expanded(tmp_path, {**LINE, "most": 7}, task="classification").rows
    assert len({asked(row) for row in rows}) == 7


def test_a_chat_project_leaves_the_suite_out_by_name(tmp_path: Path) -> None:
    published(tmp_path, record("words", "MFT", "good", 2))
    found = expanded(tmp_path, LINE)
    assert found.rows == []
    assert found.left_out[0].test == "sentiment: words"


def test_a_line_of_another_form_is_named(tmp_path: Path) -> None:
    published(tmp_path, {"test": "words", "data": "good"})
    with pytest.raises(
        UserError, match=r"ours\.jsonl\.gz:1: no suite, type, .*; a case of CheckList"
    ):
        expanded(tmp_path, LINE)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    published(tmp_path)
    (tmp_path / LINE["checklist"]).write_bytes(b"no gzip")  # type: ignore[operator]
    with pytest.raises(UserError, match=r"ours\.jsonl\.gz: not gzip, or cut off after line 0"):
        expanded(tmp_path, LINE)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (record("words", "MFT", "bad", 0), "a case 0 of 'words' is there already"),
        (record("words", "INV", ["a", "b"], case=1), "type INV; 'words' began as MFT"),
        (record("words", "MTF", "bad", 0, 1), "type 'MTF'; known: MFT, INV, DIR"),
        (record("words", "MFT", 5, 0, 1), "data is no text, list of texts or list of pairs"),
        (record("more", "INV", ["a", None]), "data is no text, list of texts or list of pairs"),
        (record("more", "INV", {"a": "b"}), "data is no text, list of texts or list of pairs"),
        ({**record("words", "MFT", "bad", 0, 1), "capability": ""}, "capability '' is no name"),
        ({**record("words", "MFT", "bad", 0, 1), "suite": ["a"]}, r"suite \['a'\] is no name"),
    ],
)
def test_a_case_that_is_none_is_named(tmp_path: Path, bad: dict[str, Any], message: str) -> None:
    published(tmp_path, record("words", "MFT", "good", 2), bad)
    with pytest.raises(UserError, match=rf"ours\.jsonl\.gz:2: {message}"):
        expanded(tmp_path, LINE, task="classification")


def test_a_file_without_cases_is_named(tmp_path: Path) -> None:
    published(tmp_path)
    with pytest.raises(UserError, match=r"ours\.jsonl\.gz: holds no case; named by .*:1"):
        expanded(tmp_path, LINE)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    with pytest.raises(UserError, match="no such file .*suites; paths begin in the folder of"):
        expanded(tmp_path, {**LINE, "checklist": "suites"})


def test_a_blank_text_is_none(tmp_path: Path) -> None:
    published(tmp_path, record("words", "MFT", " ", 2), record("typos", "INV", ["", "a"]))
    left = expanded(tmp_path, LINE, task="classification").left_out
    assert [one.reason for one in left] == ["the published file has no text for it"] * 2
