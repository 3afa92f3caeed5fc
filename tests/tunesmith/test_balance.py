"""Balance: sizes come out as asked, every repeat names its row, every row left out is accounted."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.plain_rows import plain_label
from tunesmith.balance import Balance, Balanced, balance_rows
from tunesmith.rows import Row

ROWS = [plain_label(i, f"text {i}", "rare" if i % 10 == 0 else "usual") for i in range(100)]


def balanced(rows: list[Row], seed: int = 0, **dials: Any) -> Balanced:
    return balance_rows(rows, Balance.model_validate({"by": "label", **dials}), seed)


def sizes(result: Balanced) -> dict[str, int]:
    return dict(Counter(row["label"] for row in result.rows))


@pytest.mark.parametrize(
    ("dials", "wanted"),
    [
        ({"how": "over", "most_repeats": 20}, {"rare": 90, "usual": 90}),
        ({"how": "over", "most_repeats": 3}, {"rare": 40, "usual": 90}),
        ({"how": "over", "max_ratio": 3}, {"rare": 30, "usual": 90}),
        ({"how": "under"}, {"rare": 10, "usual": 10}),
        ({"how": "under", "max_ratio": 4}, {"rare": 10, "usual": 40}),
        ({"how": "temperature", "temperature": 1}, {"rare": 10, "usual": 90}),
        ({"how": "temperature", "temperature": 2}, {"rare": 25, "usual": 75}),
    ],
)
def test_the_sizes_are_those_that_were_asked_for(
    dials: dict[str, Any], wanted: dict[str, int]
) -> None:
    assert sizes(balanced(ROWS, **dials)) == wanted


def test_a_repeat_names_its_row_and_has_its_own_id() -> None:
    result = balanced(ROWS, how="over")
    repeats = [row for row in result.rows if row["op"] == "repeat"]
    assert len(repeats) == 30
    assert Counter(row["parent"] for row in repeats) == {f"row-{i}": 3 for i in range(0, 100, 10)}
    assert len({row["id"] for row in result.rows}) == len(result.rows)
    assert result.summary["values"]["rare"] == {
        "before": 10, "repeated": 30, "left_out": 0, "missing": 50,
    }  # fmt: skip


@given(
    st.lists(st.sampled_from("aab"), min_size=1, max_size=40),
    st.sampled_from(["over", "under", "temperature"]),
    st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_no_row_is_lost_without_account(labels: list[str], how: str, seed: int) -> None:
    rows = [plain_label(i, f"t{i}", label) for i, label in enumerate(labels)]
    result = balanced(rows, seed, how=how)
    originals = [row for row in result.rows if row["op"] != "repeat"]
    assert originals == [row for row in rows if row not in result.left_out]
    assert len(originals) + len(result.left_out) == len(rows)
    values = result.summary["values"].values()
    assert sum(value["left_out"] for value in values) == len(result.left_out)
    assert sum(value["repeated"] for value in values) == len(result.rows) - len(originals)
    assert result.rows == balanced(rows, seed, how=how).rows


def test_what_is_left_out_does_not_hang_on_the_order_of_the_rows() -> None:
    ids = [
        {row["id"] for row in balanced(rows, how="under").left_out} for rows in (ROWS, ROWS[::-1])
    ]
    assert ids[0] == ids[1]
    assert ids[0] != {row["id"] for row in balanced(ROWS, seed=1, how="under").left_out}


def test_made_rows_are_left_out_first_and_feedback_is_no_made_row() -> None:
    made = [{**row, "id": f"m-{row['id']}", "parent": row["id"], "op": "eda"} for row in ROWS[1:9]]
    back = {**ROWS[1], "id": "f", "parent": "row-1", "op": "feedback:001"}
    result = balanced([*ROWS[:12], back, *made], how="under", max_ratio=5.5)
    assert {row["id"] for row in result.left_out} == {row["id"] for row in made}


def test_two_fields_are_balanced_in_every_combination() -> None:
    rows = [{**row, "lang": "zh" if i % 4 == 0 else "en"} for i, row in enumerate(ROWS)]
    result = balanced(rows, how="under", by=["label", "lang"])
    assert set(Counter((row["label"], row["lang"]) for row in result.rows).values()) == {5}


@pytest.mark.parametrize(
    ("dials", "reason"),
    [
        ({"how": "over", "by": "colour"}, 'no field "colour"'),
        ({"how": "weights"}, "'over', 'under' or 'temperature'"),  # no trainer would read them
        ({"how": "over", "max_ratio": 0.5}, "greater than or equal to 1"),
        ({"how": "over", "by": []}, "at least 1 item"),
    ],
)
def test_a_wrong_dial_is_refused(dials: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Balance.model_validate({"by": "label", **dials})
