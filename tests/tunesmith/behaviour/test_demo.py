"""The committed tests of the demo: all are asked of its test rows, in both languages."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.behaviour.writing import line, told
from tunesmith.behaviour.expand import Expanded, behaviour_rows
from tunesmith.behaviour.score import score_behaviour
from tunesmith.rows import Row

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def test_rows() -> list[Row]:
    lines = (ROOT / "data/demo/test.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(text) for text in lines]
    return [
        plain_chat(
            number,
            "",
            "",
            **{key: record[key] for key in ("prompt", "completion", "lang")},
            meta=json.dumps({key: record[key] for key in ("intent", "phrasing")}),
        )
        for number, record in enumerate(records)
    ]


@pytest.fixture(scope="module")
def found(test_rows: list[Row]) -> Expanded:
    return behaviour_rows(ROOT / "data/behaviour", test_rows, "chat", 0)


def test_every_test_is_asked(found: Expanded) -> None:
    assert found.left_out == []
    assert len(found.rows) <= 290
    assert len({row["id"] for row in found.rows}) == len(found.rows)


def test_both_languages_have_tests_of_every_kind(found: Expanded) -> None:
    kinds = Counter((row["lang"], told(row)["kind"]) for row in found.rows)
    assert set(kinds) == {(lang, kind) for lang in ("en", "zh") for kind in ("MFT", "INV", "DIR")}


def test_another_project_is_not_asked_them(test_rows: list[Row]) -> None:
    other = [{**row, "meta": None} for row in test_rows]
    found = behaviour_rows(ROOT / "data/behaviour", other, "chat", 0)
    assert found.rows == []
    assert len(found.left_out) == 24


@pytest.mark.parametrize(("echoes", "failures"), [(False, 0), (True, 16)])
def test_what_a_question_holds_is_safe_with_a_model_unless_it_repeats_it(
    found: Expanded, echoes: bool, failures: int
) -> None:
    """An echo repeats, on its second line, what was told in confidence or what it was to say."""
    answers = {
        row["id"]: line(f"You said:\n{row['prompt'][-1]['content']}" if echoes else "")
        for row in found.rows
    }
    groups = score_behaviour(found.rows, {"candidate": answers}, 0.95)["groups"]
    for lang in ("en", "zh"):
        safety = groups[f"Safety/MFT/{lang}"]["models"]["candidate"]
        assert (safety["failures"], safety["asked"]) == (failures, 16)


def test_a_model_that_says_nothing_fails_what_must_be_said(found: Expanded) -> None:
    answers = {row["id"]: line("") for row in found.rows}
    tree = score_behaviour(found.rows, {"candidate": answers}, 0.95)
    failed = {
        name for name, test in tree["groups"].items() if test["models"]["candidate"]["failures"]
    }
    assert failed >= {"Copying/MFT/en", "Copying/DIR/zh", "Language/MFT/zh", "Names/INV/en"}
    asked = tree["groups"]["Negation/DIR/en"]["models"]["candidate"]
    assert (asked["asked"], asked["rate"]) == (0, None)
