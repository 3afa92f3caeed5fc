"""A phase names its objective; one that is not for its rows is refused before any training."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.tunesmith.methods.trying import phase
from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.params import PARAMS_FILE


def test_a_phase_without_an_objective_makes_its_rows_likely() -> None:
    assert phase({"kind": "lora"}).objective.kind == "likelihood"


@pytest.mark.parametrize(
    ("task", "objective", "told"),
    [
        ("chat", {"kind": "dpo"}, "dpo is for a phase of task preference, not chat"),
        ("preference", {"kind": "likelihood"}, "for that there are: .*dpo"),
        ("preference", {"kind": "ppp"}, "'dpo'"),
    ],
)
def test_an_objective_of_another_task_is_refused(
    task: str, objective: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        phase({"kind": "lora"}, task=task, objective=objective)


def test_the_map_needs_the_objective_to_be_written() -> None:
    dials = Dials.read(path=PARAMS_FILE)
    lacking = dials.model_dump(by_alias=True, exclude_unset=True)
    del lacking["phases"]["sft"]["objective"]
    with pytest.raises(UserError, match=r"write objective: \{kind: likelihood\}"):
        Dials.validated(lacking, lacking, [], PARAMS_FILE)
