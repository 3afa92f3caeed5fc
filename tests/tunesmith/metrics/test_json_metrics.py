"""JSON answers: whether they can be read, and which of their fields are right."""

import json

import pytest

from tests.evaluation import row_scores, score_of
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics import METRICS
from tunesmith.metrics.strict_json import fields, read, unfenced

DEEP = "[" * 100_000 + "]" * 100_000
VALID = ['{"a": 1}', " [1, 2]\n", '"yes"', "-0.5e3", "null", '{"键": "值"}', "1e999"]
INVALID = ["", "{", "{'a': 1}", "NaN", '{"a": Infinity}', "[1,]", "yes", "👍", DEEP, "9" * 5000]


def test_what_rfc_8259_takes_is_valid_and_nothing_else() -> None:
    given = Answers([*VALID, *INVALID], [""] * len([*VALID, *INVALID]))
    assert row_scores("json_valid", given) == [1.0] * len(VALID) + [0.0] * len(INVALID)


def test_a_code_block_is_a_fault_of_form_not_of_content() -> None:
    given = Answers(['```json\n{"a": 1}\n```'], ['{"a": 1}'])
    assert score_of("json_valid", given) == 0.0
    assert score_of("json_fields", given) == 1.0


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("```\n[1]\n```", "[1]"),
        ("  ```json  \n[\n1\n]\n  ```\n", "[\n1\n]"),
        ("```json\n```", ""),
        ("Here:\n```\n[1]\n```", "Here:\n```\n[1]\n```"),
        ("[1]", "[1]"),
    ],
)
def test_only_a_block_that_is_all_of_the_answer_is_taken_off(text: str, inside: str) -> None:
    assert unfenced(text) == inside


def test_the_fields_of_a_tree_are_its_leaves() -> None:
    value = read('{"a": {"b": [1, {"c": null}]}, "d": [], "e": {}}')
    assert fields(value) == {
        ("a", "b", 0): 1,
        ("a", "b", 1, "c"): None,
        ("d",): [],
        ("e",): {},
    }


@pytest.mark.parametrize(
    ("prediction", "reference", "f1"),
    [
        ('{"name": "Ann", "city": "上海"}', '{"city": "上海", "name": "Ann"}', 1.0),
        ('{"name": "Ann", "city": "北京"}', '{"name": "Ann", "city": "上海"}', 0.5),
        ('{"name": "Ann"}', '{"name": "Ann", "city": "上海"}', 2 / 3),
        ('{"name": "Ann", "x": 1, "y": 2}', '{"name": "Ann"}', 0.5),
        ("[1, 2]", "[2, 1]", 0.0),
        ('{"a": 1.0}', '{"a": 1}', 1.0),
        ('{"a": true}', '{"a": 1}', 0.0),
        ('{"a": "1"}', '{"a": 1}', 0.0),
        ('{"a": null}', '{"a": false}', 0.0),
        ('{"a": []}', '{"a": {}}', 0.0),
        ('{"a": {"b": 1}}', '{"a": 1}', 0.0),
        ("{}", "{}", 1.0),
        ("[]", "{}", 0.0),
        ("7", "7", 1.0),
        ("not JSON", '{"a": 1}', 0.0),
        ("", "{}", 0.0),
        (DEEP, '{"a": 1}', 0.0),
        ('{"a": NaN}', '{"a": 1}', 0.0),
    ],
)
def test_field_f1_by_hand(prediction: str, reference: str, f1: float) -> None:
    assert score_of("json_fields", Answers([prediction], [reference])) == pytest.approx(f1)


def test_fields_of_all_answers_weigh_the_same() -> None:
    many = json.dumps({f"k{n}": n for n in range(9)})
    given = Answers([many, '{"a": 1}'], [many, '{"a": 2}'])
    assert score_of("json_fields", given) == pytest.approx(0.9)


def test_a_reference_that_is_no_json_is_named_with_its_row() -> None:
    with pytest.raises(UserError, match=r'"json_fields": the reference of row 2, "on its way"'):
        score_of("json_fields", Answers(["{}", "{}"], ["{}", "on its way"]))


@pytest.mark.parametrize(
    ("references", "shown"), [(['{"a": 1}', "7"], True), (['{"a": 1}', "on its way"], False)]
)
def test_fields_are_shown_of_sets_whose_references_are_all_json(
    references: list[str], shown: bool
) -> None:
    assert METRICS["json_fields"].shows(Answers(["", ""], references)) is shown
