"""Expectations: each finds its fault through Great Expectations and names the row."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.plain_rows import plain_chat, plain_label
from tests.tunesmith.expectations.evidence import NOTHING, evidence_of
from tunesmith.expectations import ValidateParams
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.run import evaluate
from tunesmith.expectations.session import exception_of
from tunesmith.rows import Row

GOOD = plain_chat(1, "Where is it?", "On its way.")


def run(
    rows: list[Row],
    *checks: dict[str, Any],
    against: list[Row] | None = None,
    decisions: pd.DataFrame = NOTHING,
    base: Path = Path("none"),
) -> list[Finding]:
    params = ValidateParams.model_validate({"expectations": list(checks)})
    evidence = evidence_of(rows, against, decisions, base)
    return evaluate(list(params.expectations), evidence)


def failing(rows: list[Row], check: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    (finding,) = run(rows, check, **more)
    assert (finding.status == "failed") == bool(finding.failing)
    return [(item.id, item.reason) for item in finding.failing]


def turns(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in pairs]


def test_ids_that_two_rows_share_fail() -> None:
    rows = [GOOD, plain_chat(2, "a", "b"), {**GOOD, "source": "other.jsonl:9"}]
    (finding,) = run(rows, {"kind": "unique_ids"})
    assert [item.source for item in finding.failing] == ["toy.jsonl:1", "other.jsonl:9"]
    assert finding.message == "2 of 3 rows, first toy.jsonl:1"


@pytest.mark.parametrize(
    ("messages", "ok"),
    [
        (turns(("user", "a"), ("assistant", "b")), True),
        (turns(("system", "s"), ("user", "a"), ("assistant", "b")), True),
        (turns(*[("user", "a"), ("assistant", "b")] * 3), True),
        (turns(("user", "a"), ("assistant", "b"), ("tool", "t"), ("assistant", "c")), True),
        (turns(("user", "a"), ("user", "b"), ("assistant", "c")), False),
        (turns(("assistant", "b"), ("user", "a")), False),
        (turns(("user", "a"), ("system", "s"), ("assistant", "b")), False),
        (turns(("user", "a"), ("robot", "b")), False),
        (turns(("user", "a")), False),
    ],
)
def test_roles_take_turns(messages: list[dict[str, str]], ok: bool) -> None:
    row = {**GOOD, "prompt": None, "completion": None, "messages": messages}
    assert (failing([row], {"kind": "roles_alternate"}) == []) is ok


def test_rows_without_roles_are_not_checked_for_them() -> None:
    (finding,) = run([plain_label(1, "t", "x"), GOOD], {"kind": "roles_alternate"})
    assert (finding.status, finding.checked) == ("passed", 1)


@pytest.mark.parametrize(
    "row",
    [
        plain_chat(1, "q", " \n"),
        {**GOOD, "completion": None},
        plain_label(1, "text", None),
        {**GOOD, "prompt": None, "completion": None, "messages": turns(
            ("user", "a"), ("assistant", ""), ("user", "b"), ("assistant", "c"))},
        {**GOOD, "task": "preference", "completion": None,
         "chosen": turns(("assistant", "a")), "rejected": turns(("assistant", " "))},
    ],
)  # fmt: skip
def test_a_missing_answer_fails(row: Row) -> None:
    assert len(failing([row, {**GOOD, "id": "good"}], {"kind": "answer_present"})) == 1


@pytest.mark.parametrize(("text", "found"), [("a\x07b", "U+0007"), ("坏\ufffd", "U+FFFD")])
def test_a_control_character_is_named_with_its_place(text: str, found: str) -> None:
    rows = [plain_chat(1, text, "x"), plain_chat(2, "tab\tand\nline", "x")]
    assert failing(rows, {"kind": "no_control_characters"}) == [
        ("row-1", f"{found} at character 2")
    ]


def test_personal_data_fails_by_kind_and_is_not_repeated() -> None:
    rows = [plain_chat(1, "我的邮箱是wang.li@example.com谢谢", "好"), GOOD]
    (finding,) = run(rows, {"kind": "no_pii"})
    assert [item.reason for item in finding.failing] == ["holds email"]
    assert "wang" not in str(finding.record())


def test_a_rejected_answer_is_searched_for_personal_data_too() -> None:
    row = {**GOOD, "task": "preference", "rejected": turns(("assistant", "ask a@example.com"))}
    assert failing([row], {"kind": "no_pii"}) == [("row-1", "holds email")]


def test_a_language_that_was_not_asked_for_fails_and_so_does_none() -> None:
    rows = [GOOD, plain_chat(2, "q", "a", lang="other"), plain_chat(3, "q", "a", lang=None)]
    assert failing(rows, {"kind": "language_in", "values": ["en", "zh"]}) == [
        ("row-2", "language other, not en, zh"),
        ("row-3", "no language"),
    ]


def decisions(actions: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"id": i, "source": f"f:{i}", "step": "s", "action": action} for i, action in actions]
    )


def test_the_drop_rate_counts_rows_not_decisions() -> None:
    seen = decisions([("a", "rewrite"), ("a", "flag"), ("a", "drop"), ("b", "keep"), ("c", "keep")])
    (finding,) = run([GOOD], {"kind": "drop_rate", "at_most": 0.3}, decisions=seen)
    assert finding.status == "failed"
    assert finding.observed == pytest.approx(1 / 3)
    assert finding.message == "33.3% of the collected rows were dropped, at most 30.0%"
    (finding,) = run([GOOD], {"kind": "drop_rate", "at_most": 0.34}, decisions=seen)
    assert finding.status == "passed"


def test_what_was_asked_to_be_forgotten_is_no_drop_of_a_broken_source() -> None:
    seen = decisions([("a", "drop"), ("b", "drop"), ("c", "keep"), ("d", "keep")])
    seen["step"] = ["forgotten", "length", None, None]
    (finding,) = run([GOOD], {"kind": "drop_rate", "at_most": 0.34}, decisions=seen)
    assert (finding.status, finding.observed) == ("passed", pytest.approx(1 / 3))


def test_a_train_row_that_repeats_a_test_row_fails() -> None:
    test = plain_chat("t", "Where is order 48213 now, please?", "Here.", split="test")
    rows = [GOOD, plain_chat(2, "where is order 48213 now please", "There.", split="train")]
    ((id_, reason),) = failing(rows, {"kind": "no_leak"}, against=[test, GOOD])
    assert id_ == "row-2"
    assert "toy.jsonl:t" in reason


def test_a_test_row_is_no_leak_of_itself() -> None:
    test = {**GOOD, "split": "test"}
    assert failing([test], {"kind": "no_leak"}, against=[test]) == []


def test_labels_that_are_too_rare_fail() -> None:
    rows = [plain_label(i, f"t{i}", "a" if i else "b") for i in range(4)]
    (finding,) = run(rows, {"kind": "label_balance", "max_ratio": 2})
    assert [(item.id, item.reason) for item in finding.failing] == [
        ("a", "3.0 times the rows of the rarest label, at most 2")
    ]
    assert finding.message == "1 of 2 labels, first a"


def test_too_few_rows_fail_as_a_table() -> None:
    (finding,) = run([GOOD], {"kind": "rows_at_least", "n": 2})
    assert (finding.status, finding.message) == ("failed", "1 rows, at least 2")


def test_mostly_lets_a_share_fail_and_still_names_the_rows() -> None:
    rows = [plain_chat(i, "q", "a" if i else "") for i in range(4)]
    (finding,) = run(rows, {"kind": "answer_present", "mostly": 0.75})
    assert finding.status == "passed"
    assert [item.id for item in finding.failing] == ["row-0"]
    (finding,) = run(rows, {"kind": "answer_present", "mostly": 0.76})
    assert finding.status == "failed"


def test_what_cannot_be_evaluated_is_told_apart_from_what_failed() -> None:
    findings = run(
        [GOOD],
        {"kind": "label_balance", "max_ratio": 2},
        {"kind": "trained_tokens"},
        {"kind": "unique_ids"},
        {"kind": "drop_rate", "at_most": 0.5},
        decisions=pd.DataFrame({"id": ["a"]}),
    )
    assert [finding.status for finding in findings] == [
        "not_evaluated", "not_evaluated", "passed", "not_evaluated",
    ]  # fmt: skip
    assert findings[0].message == "could not be evaluated: no row has a label"
    assert findings[0].stops
    assert "dvc repro base" in findings[1].message


def test_an_exception_inside_great_expectations_is_read_in_both_its_shapes() -> None:
    flat = {"raised_exception": True, "exception_message": "no column\nmore"}
    assert exception_of(flat) == "no column"
    assert exception_of({"a metric": flat}) == "no column"
    assert exception_of({"raised_exception": False}) is None


def test_a_warning_that_fails_does_not_stop() -> None:
    (finding,) = run([GOOD], {"kind": "rows_at_least", "n": 2, "severity": "warning"})
    assert finding.status == "failed"
    assert not finding.stops


def test_findings_come_in_the_order_of_the_suite_and_repeat() -> None:
    checks = [
        {"kind": "rows_at_least", "n": 1},
        {"kind": "drop_rate", "at_most": 1},
        {"kind": "language_in", "values": ["zh"]},
        {"kind": "unique_ids"},
    ]
    seen = decisions([("a", "keep")])
    first, second = (run([GOOD], *checks, decisions=seen) for _ in range(2))
    assert [finding.kind for finding in first] == [check["kind"] for check in checks]
    assert [finding.record() for finding in first] == [finding.record() for finding in second]


def test_only_the_first_twenty_rows_are_in_the_result() -> None:
    rows = [plain_chat(i, "q", "") for i in range(25)]
    (finding,) = run(rows, {"kind": "answer_present"})
    record = finding.record()
    assert (record["failed"], record["percent"]) == (25, 100.0)
    assert len(record["first_failing"]) == 20
    assert record["first_failing"][0]["source"] == "toy.jsonl:0"
