"""The cells of a feedback row that only some tasks have."""

from typing import Any

import pytest

from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.errors import UserError

ROW = {
    "task": "chat",
    "prompt": [{"role": "user", "content": "Weather?"}],
    "completion": [{"role": "assistant", "content": "", "tool_calls": "[]"}],
}


def test_a_row_with_tool_calls_is_taken() -> None:
    row = checked_row({**ROW, "tools": '[{"name": "weather"}]'}, "f:1", "f", "feedback")
    assert row["completion"] == ROW["completion"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"tools": "weather"}, "f:1: tools: a JSON list"),
        ({"images": [1]}, "f:1: images: a list of texts"),
        ({"labels": ["yes"]}, "f:1: labels: a list of true or false"),
        ({"task": "stepwise"}, "needs prompt . completions . labels"),
        ({"prompt": [{"role": "user", "content": "a", "mood": "b"}]}, "if need be tool_calls"),
    ],
)
def test_a_wrong_cell_is_named(cells: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked_row({**ROW, **cells}, "f:1", "f", "feedback")
