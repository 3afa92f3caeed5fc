"""The way of the rows, as the page of the data tells it."""

import pytest

from tunesmith.report.data_view import _added


@pytest.mark.parametrize(
    ("rows", "replaced", "told"),
    [
        ({"original": 5, "made": 0, "feedback": 0, "total": 5}, 0, ""),
        ({"original": 5, "made": 1, "feedback": 2, "total": 8}, 0, "+1 made, +2 feedback"),
        (
            {"original": 3, "made": 0, "feedback": 2, "weighted": 4, "total": 9},
            2,
            "+2 feedback, +4 weighted, −2 replaced",
        ),
    ],
)
def test_what_came_to_the_train_rows_and_what_gave_its_place(
    rows: dict[str, int], replaced: int, told: str
) -> None:
    assert _added(rows, replaced) == told
