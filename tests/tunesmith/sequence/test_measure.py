"""A sequence from predictions: the matrix, its intervals, the gate's limit and the page's table."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from tests.evaluation import predictions, shop_rows
from tests.reporting import evidence
from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.forgetting import forgetting_checks
from tunesmith.report import ReportParams
from tunesmith.report.page import render_page
from tunesmith.report.sequence_view import sequence
from tunesmith.sequence import SequenceParams
from tunesmith.sequence.measure import measure_sequence

STEPS = {"english": "en", "candidate": "zh"}
ROWS = shop_rows(120)


def answered(en: float, zh: float) -> pd.DataFrame:
    """Predictions that are right on these shares of the two languages."""
    given = predictions(ROWS, 0.0, 0).assign(prediction="no idea")
    for lang, share in (("en", en), ("zh", zh)):
        own = [i for i, name in enumerate(ROWS["lang"]) if name == lang]
        for place in own[: round(share * len(own))]:
            given.at[place, "prediction"] = ROWS["completion"][place][0]["content"]
    return given


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    given = {
        "base": answered(0.0, 0.1),
        "english": answered(0.9, 0.2),
        "candidate": answered(0.4, 0.8),
    }
    return measure_sequence(ROWS, given, SequenceParams(steps=STEPS, resamples=300), 0)


def test_the_matrix_and_its_sums_are_those_of_the_answers(found: dict[str, Any]) -> None:
    assert found["scores"] == [pytest.approx([0.9, 0.2]), pytest.approx([0.4, 0.8])]
    assert found["base"] == pytest.approx([0.0, 0.1])
    assert found["average"]["value"] == pytest.approx(0.6)
    assert found["backward_transfer"]["value"] == pytest.approx(-0.5)
    assert found["forward_transfer"]["value"] == pytest.approx(0.1)
    assert found["forgetting"]["value"] == found["forgotten"]["en"]["value"] == pytest.approx(0.5)
    assert found["forgotten"]["en"]["low"] < 0.5 < found["forgotten"]["en"]["high"]
    assert found["rows"] == {"en": 60, "zh": 60}


def test_the_gate_rejects_what_forgot_for_sure_and_holds_what_may_have(
    found: dict[str, Any],
) -> None:
    def verdict(limit: float | None) -> tuple[str, str | None]:
        [check] = forgetting_checks(found, GateParams(metric="exact_match", forgetting=limit))
        return check.verdict, check.reason

    assert verdict(0.1)[0] == "REJECT"
    assert verdict(0.5)[0] == "HOLD"
    assert verdict(0.8)[0] == "SHIP"
    assert verdict(None)[0] == "SHIP"
    assert "gate.forgetting is not set, so this stops nothing" in str(verdict(None)[1])
    assert "breaks the limit of 0.1" in str(verdict(0.1)[1])


def test_a_limit_without_a_sequence_is_refused() -> None:
    none = {"steps": []}
    assert forgetting_checks(none, GateParams(metric="exact_match")) == []
    with pytest.raises(UserError, match="gate.forgetting: no sequence was measured"):
        forgetting_checks(none, GateParams(metric="exact_match", forgetting=0.1))


def test_the_page_shows_the_matrix_shaded_and_escaped(found: dict[str, Any]) -> None:
    tasks = ["en", "<zh>"]
    named = found | {"tasks": tasks, "rows": dict(zip(tasks, (60, 60), strict=True))}
    shown = replace(evidence(), sequence=named)
    lines = sequence(shown)["lines"]
    assert [[cell["shade"] for cell in line["cells"]] for line in lines] == [[0, 1], [5, 1], [2, 4]]
    page = render_page(shown, ReportParams(title="x", examples=1))
    assert "&lt;zh&gt;" in page
    assert "<zh>" not in page


def test_a_task_without_a_row_names_those_that_there_are() -> None:
    steps = SequenceParams(steps={"english": "en", "candidate": "de"})
    given = {name: answered(0, 0) for name in ("base", "english", "candidate")}
    with pytest.raises(UserError, match=r'no test row has lang "de"; there are: en, zh'):
        measure_sequence(ROWS, given, steps, 0)


def test_a_metric_without_a_better_side_is_refused() -> None:
    given = {name: answered(0, 0) for name in ("base", "english", "candidate")}
    with pytest.raises(UserError, match="neither more nor less"):
        measure_sequence(ROWS, given, SequenceParams(metric="length_ratio", steps=STEPS), 0)


@pytest.mark.parametrize(
    ("steps", "message"),
    [({"a": "en"}, "one step is no sequence"), ({"a": "en", "b": "en"}, "learnt by two steps")],
)
def test_steps_that_are_no_sequence_are_refused(steps: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SequenceParams(steps=steps)
