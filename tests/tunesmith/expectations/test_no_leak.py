"""The gate against leaks looks at test rows, out-of-distribution rows and evaluation sets."""

import json
from pathlib import Path
from typing import Any

from tests.plain_rows import plain_chat
from tests.tunesmith.expectations.evidence import evidence_of
from tunesmith.expectations import ValidateParams
from tunesmith.expectations.run import evaluate
from tunesmith.rows import Row
from tunesmith.text.evaluation_sets import sets_in

ASKED = "Where is order 48213 that I paid for on Monday, please?"
EXAM = "Weng earns $12 an hour for babysitting. Yesterday she did 50 minutes. How much was it?"


def reasons(rows: list[Row], check: dict[str, Any], **more: Any) -> dict[str, str]:
    params = ValidateParams.model_validate({"expectations": [{"kind": "no_leak", **check}]})
    (finding,) = evaluate(list(params.expectations), evidence_of(rows, **more))
    assert finding.status == ("failed" if finding.failing else "passed"), finding.message
    return {item.id: item.reason for item in finding.failing}


def exam(folder: Path, column: str = "question") -> Path:
    (folder / "exam.jsonl").write_text(f"{json.dumps({column: EXAM})}\n")
    return folder


def test_a_row_that_repeats_an_out_of_distribution_row_fails() -> None:
    held = plain_chat("o", ASKED, "Here.", split="ood:shop")
    rows = [plain_chat(1, ASKED.upper(), "There."), plain_chat(2, "Who are you?", "A shop.")]
    assert reasons(rows, {}, ood=[held]) == {
        "row-1": "repeats the out-of-distribution row toy.jsonl:o (1.000)"
    }


def test_rows_that_are_held_out_themselves_are_not_checked(tmp_path: Path) -> None:
    rows = [plain_chat(k, EXAM, "10", split=split) for k, split in enumerate(("test", "ood:shop"))]
    assert reasons(rows, {}, against=rows, ood=rows, sets=sets_in(exam(tmp_path))) == {}


def test_a_row_that_holds_a_question_of_a_set_in_the_folder_fails(tmp_path: Path) -> None:
    longer = plain_chat(2, "Give an example", f"Here is one: {EXAM} Ten dollars.", split="train")
    rows = [plain_chat(1, f"{EXAM}!", "10"), longer, plain_chat(3, "Who are you?", "A shop.")]
    assert reasons(rows, {}, sets=sets_in(exam(tmp_path))) == {
        "row-1": "repeats the question exam:1 (1.000)",
        "row-2": "repeats the question exam:1 (1.000)",
    }


def test_an_unusual_column_is_named_by_the_expectation(tmp_path: Path) -> None:
    rows = [plain_chat(1, EXAM, "10")]
    sets = sets_in(exam(tmp_path, column="ask"))
    assert list(reasons(rows, {"columns": {"exam": "ask"}}, sets=sets)) == ["row-1"]
    params = ValidateParams.model_validate({"expectations": [{"kind": "no_leak"}]})
    (finding,) = evaluate(list(params.expectations), evidence_of(rows, sets=sets))
    assert finding.status == "not_evaluated"
    assert "exam.jsonl:1: no text in question" in finding.message
