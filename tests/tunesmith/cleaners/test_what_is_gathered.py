"""What a cleaner that must see all rows keeps of each, and that it decides the same on that."""

import pytest

from tests.tunesmith.cleaners.rows_in_parts import rows_with_copies
from tunesmith.cleaners.base import Cleaner, Verdict
from tunesmith.cleaners.label_noise import LabelNoise
from tunesmith.cleaners.repeated_edges import RepeatedEdges
from tunesmith.cleaners.semantic_duplicates import SemanticDuplicates

ROWS = [{**row, "source": row["label"] or row["source"]} for row in rows_with_copies(300)]
GATHERING = [
    LabelNoise(column="meta.intent", confidence=0.0),
    LabelNoise(column="label", confidence=0.0),
    LabelNoise(column="source", confidence=0.0),
    SemanticDuplicates(similarity=0.7),
    RepeatedEdges(),
]


def without_row(verdict: Verdict | None) -> tuple[object, ...] | None:
    return verdict and (verdict.action, verdict.reason, verdict.score, verdict.partner)


@pytest.mark.parametrize("step", GATHERING, ids=lambda step: step.kind)
def test_a_cleaner_decides_the_same_on_what_is_gathered(step: Cleaner) -> None:
    whole = step.verdicts(ROWS, seed=0)
    part = step.verdicts([step.compared(row) for row in ROWS], seed=0)
    assert any(whole)
    assert [without_row(verdict) for verdict in part] == [without_row(v) for v in whole]


@pytest.mark.parametrize("step", GATHERING, ids=lambda step: step.kind)
def test_less_than_the_row_is_gathered(step: Cleaner) -> None:
    assert all(len(step.compared(row)) < len(row) / 2 for row in ROWS)


def test_nothing_of_a_chat_is_gathered_to_look_for_page_headers() -> None:
    chats = [row for row in ROWS if row["task"] == "chat"]
    assert all(RepeatedEdges().compared(row) == {"task": "chat"} for row in chats)
