"""Lengths, shares, values, repetitions and rules of Great Expectations by name."""

from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tests.tunesmith.expectations.evidence import evidence_of
from tunesmith.errors import UserError
from tunesmith.expectations import ValidateParams, ValidateSuites
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.run import evaluate
from tunesmith.files import write_json
from tunesmith.rows import Row


def found(rows: list[Row], **check: Any) -> Finding:
    params = ValidateParams.model_validate({"expectations": [check]})
    (finding,) = evaluate(list(params.expectations), evidence_of(rows))
    return finding


def refused(tmp_path: Path, line: str) -> str:
    """Return what is said of a suite with one line, which stands in line 4."""
    path = tmp_path / "params.yaml"
    other = "  train: {expectations: [{kind: unique_ids}]}"
    path.write_text(f"validate:\n  clean:\n    expectations:\n      - {line}\n{other}\n")
    with pytest.raises(UserError) as caught:
        ValidateSuites.read("validate", path)
    return str(caught.value).removeprefix(f"{path}:4: ")


LONG = [plain_chat(k, "问" * k, "答" * k) for k in range(1, 11)]  # 2, 4 … 20 characters


def test_a_row_that_is_too_long_or_too_short_in_characters_is_named() -> None:
    finding = found(LONG, kind="length_chars", at_least=3, at_most=18)
    assert [(item.id, item.reason) for item in finding.failing] == [
        ("row-1", "2 characters, wanted 3 to 18"),
        ("row-10", "20 characters, wanted 3 to 18"),
    ]
    assert found(LONG, kind="length_chars", at_most=18, mostly=0.9).status == "passed"


@pytest.mark.parametrize(
    ("between", "status"),
    [
        ({0.5: [10, 12]}, "passed"),
        ({"0.5": [10, 12], "0.9": [None, 18]}, "passed"),
        ({0.5: [13, None]}, "failed"),
        ({0.5: [10, 12], 0.9: [None, 17]}, "failed"),
    ],
)
def test_quantiles_of_the_lengths_keep_their_bounds(between: Any, status: str) -> None:
    finding = found(LONG, kind="length_quantiles", unit="characters", between=between)
    assert finding.status == status


def test_quantiles_are_told_with_what_was_wanted() -> None:
    finding = found(LONG, kind="length_quantiles", unit="characters", between={0.9: [None, 17]})
    assert finding.message == "characters: 90% up to 18 (at most 17)"


@pytest.mark.parametrize(
    ("between", "status"),
    [([0.2, 0.4], "passed"), ([0.4, None], "failed"), ([None, 0.1], "failed")],
)
def test_a_language_may_be_too_rare_or_too_common(between: Any, status: str) -> None:
    rows = [plain_chat(k, "q", "a", lang="zh" if k < 3 else "en") for k in range(10)]
    finding = found(rows, kind="share", field="lang", value="zh", between=between)
    assert finding.status == status
    assert finding.message.startswith("30.0% of the rows have lang zh, wanted ")


def test_a_share_of_a_value_that_no_row_has_is_nothing() -> None:
    finding = found(LONG, kind="share", field="label", value="x", between=[0.1, 1])
    assert (finding.status, finding.observed) == ("failed", 0)


def test_a_licence_that_is_not_allowed_or_missing_is_named() -> None:
    licences = ["MIT", "CC-BY-NC-4.0", None]
    rows = [plain_chat(k, "q", "a", licence=name) for k, name in enumerate(licences)]
    finding = found(rows, kind="values_in", field="licence", values=["MIT"])
    assert [(item.id, item.reason) for item in finding.failing] == [
        ("row-1", "licence is CC-BY-NC-4.0, which is not allowed"),
        ("row-2", "no licence"),
    ]


def test_values_of_other_columns_of_the_source_can_be_agreed_on() -> None:
    rows = [plain_chat(1, "q", "a", meta='{"intent": "退货"}'), plain_chat(2, "q", "a")]
    finding = found(rows, kind="values_in", field="meta.intent", values=["退货"])
    assert [item.reason for item in finding.failing] == ["no meta.intent"]


def test_a_row_that_nearly_repeats_an_earlier_one_is_named_with_it() -> None:
    text = "Where is the parcel that I ordered on Monday morning"
    rows = [plain_chat(1, text, "On its way."), plain_chat(2, f"{text}?", "On its way.")]
    rows += [plain_chat(k, str(k) * 9, "别的话") for k in range(3, 7)]
    finding = found(rows, kind="no_near_duplicates", similarity=0.95)
    assert [item.id for item in finding.failing] == ["row-2"]
    assert finding.failing[0].reason.startswith("repeats the row toy.jsonl:1 (")
    assert found(rows, kind="no_near_duplicates", similarity=0.95, mostly=0.8).status == "passed"


def test_any_rule_of_great_expectations_names_the_rows_that_fail_it() -> None:
    rows = [plain_chat(1, "q", "a", lang="en"), plain_chat(2, "q", "a", lang="zz")]
    finding = found(
        rows, kind="gx", expectation="ExpectColumnValuesToMatchRegex", column="lang", regex="^e"
    )
    assert finding.kind == "gx ExpectColumnValuesToMatchRegex"
    assert [(item.id, item.reason) for item in finding.failing] == [("row-2", "lang is zz")]


def test_rules_on_two_columns_show_both() -> None:
    rows = [
        plain_chat(1, "q", "a", label="x", group="x"),
        plain_chat(2, "q", "a", label="y", group="z"),
    ]
    finding = found(
        rows, kind="gx", expectation="ExpectColumnPairValuesToBeEqual",
        column_A="label", column_B="group",
    )  # fmt: skip
    assert [item.reason for item in finding.failing] == ["label is y; group is z"]


@pytest.mark.parametrize(
    ("expectation", "column", "wanted", "status"),
    [
        ("ExpectColumnMeanToBeBetween", "meta.n", {"min_value": 2}, "failed"),
        ("ExpectColumnMaxToBeBetween", "length_chars", {"max_value": 4}, "passed"),
        ("ExpectColumnValuesToMatchRegex", "text", {"regex": "问"}, "passed"),
        ("ExpectColumnValuesToBeBetween", "meta.n", {"max_value": 1}, "failed"),
        ("ExpectColumnDistinctValuesToContainSet", "lang", {"value_set": ["zh"]}, "failed"),
    ],
)
def test_rules_see_numbers_texts_and_lengths(
    expectation: str, column: str, wanted: Any, status: str, tmp_path: Path
) -> None:
    rows = [plain_chat(k, "问", "a", meta=f'{{"n": {k}}}') for k in (1, 2)]
    finding = found(rows, kind="gx", expectation=expectation, column=column, **wanted)
    assert finding.status == status
    write_json(tmp_path / "result.json", finding.record())  # nothing of it is NumPy's


def test_personal_data_in_a_failing_value_is_masked() -> None:
    rows = [plain_chat(1, "q", "a", meta='{"mail": "wang.li@example.com"}')]
    finding = found(
        rows, kind="gx", expectation="ExpectColumnValuesToBeInSet", column="meta.mail",
        value_set=["x"],
    )  # fmt: skip
    assert finding.failing[0].reason == "meta.mail is <EMAIL>"
    assert "wang" not in str(finding.record()) + str(finding.result)


def test_a_rule_that_cannot_be_evaluated_is_no_verdict() -> None:
    rows = [plain_label(1, "t", "x")]
    finding = found(
        rows, kind="gx", expectation="ExpectColumnValuesToBeBetween", column="label", min_value=3
    )
    assert finding.status == "not_evaluated"
    assert finding.stops


MATCH = "ExpectColumnValuesToMatchRegex"
IN_SET = "ExpectColumnValuesToBeInSet"


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        (f"{{kind: gx, expectation: {MATCH}x, column: lang}}",
         ".expectation", f'no expectation "{MATCH}x"; did you mean {MATCH}'),
        (f"{{kind: gx, expectation: {MATCH}, column: lang, regx: a}}",
         ".regx", f"{MATCH} takes column, mostly, regex"),
        (f"{{kind: gx, expectation: {MATCH}, column: lnag, regex: a}}",
         ".column", 'no column "lnag"; known: id, text, length_chars'),
        (f"{{kind: gx, expectation: {MATCH}, regex: a}}",
         ".column", "field required"),
        (f"{{kind: gx, expectation: {IN_SET}, column: lang, value_set: [a], row_condition: x}}",
         ".row_condition", f"{IN_SET} takes column"),
        ("{kind: gx, expectation: UnexpectedRowsExpectation, column: lang}",
         ".expectation", 'no expectation "UnexpectedRowsExpectation"'),
        ("{kind: share, field: lang, value: zh, between: [0.7, 0.3]}",
         ".between", "low 0.7 is above high 0.3"),
        ("{kind: share, field: lagn, value: zh, between: [0.3, 0.7]}",
         ".field", 'no field "lagn"'),
        ("{kind: length_quantiles, unit: tokens, between: {1.5: [1, 2]}}",
         ".between.[key]", "Input should be less than or equal to 1"),
        ("{kind: length_quantiles, unit: tokens, between: {0.5: [null, null]}}",
         ".between.0.5", "bounds [low, high]"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_answered_with_its_key_and_what_is_known(
    line: str, key: str, message: str, tmp_path: Path
) -> None:
    said = refused(tmp_path, line)
    assert said.startswith(f"validate.clean.expectations[0]{key}: {message}")
