"""Steps of one answer, each right or wrong."""

import pytest

from tests.tunesmith.importers.reading import imported, one
from tunesmith.rows import reference_of, texts_of


def test_steps_and_their_labels_are_kept() -> None:
    row = one({"prompt": "2+2?", "completions": ["two and two", "is 5"], "labels": [True, 0]})
    assert (row["task"], row["completions"], row["labels"]) == (
        "stepwise",
        ["two and two", "is 5"],
        [True, False],
    )
    assert reference_of(row) == "two and two\nis 5"
    assert texts_of(row) == ["2+2?", "two and two", "is 5"]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [([True], "2 completions and 1 labels"), ([True, "maybe"], "something else than true")],
)
def test_labels_that_do_not_fit_the_steps_are_named(labels: list[object], reason: str) -> None:
    found = imported({"prompt": "?", "completions": ["a", "b"], "labels": labels})
    assert reason in found.rejected[0].reason
