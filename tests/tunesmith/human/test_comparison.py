"""Rows joined with what two models answered."""

from pathlib import Path

import pytest

from tests.judging import comparison, comparisons, read_judged, write_judged
from tunesmith.errors import UserError
from tunesmith.rows import to_frame, write_rows


def test_answers_are_matched_by_id_and_those_of_other_rows_are_left_aside(tmp_path: Path) -> None:
    write_judged(tmp_path, comparisons(4))
    write_rows(
        tmp_path / "data/splits/test.parquet",
        to_frame([one.row for one in reversed(comparisons(4))][:2]),
    )
    found = read_judged(tmp_path)
    assert [(one.id, one.answers) for one in found] == [
        ("row-3", ("good 3", "bad 3")),
        ("row-2", ("good 2", "bad 2")),
    ]


def test_a_row_without_a_prediction_is_named(tmp_path: Path) -> None:
    write_judged(tmp_path, comparisons(2))
    write_rows(tmp_path / "data/splits/test.parquet", to_frame(one.row for one in comparisons(3)))
    with pytest.raises(UserError, match=r"candidate\.parquet: 1 rows have no prediction.*row-2"):
        read_judged(tmp_path)


def test_an_unknown_model_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    write_judged(tmp_path, comparisons(1))
    with pytest.raises(UserError, match="no predictions of 'nobody'; there are: base, candidate"):
        read_judged(tmp_path, ("candidate", "nobody"))


def test_a_model_is_not_compared_with_itself(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="both base"):
        read_judged(tmp_path, ("base", "base"))


def test_answers_are_identical_if_nobody_could_see_a_difference() -> None:
    assert comparison(0, "same", "same\n").identical
    assert not comparison(0, "same", "Same").identical


def test_a_digest_tells_answers_apart() -> None:
    one, other = comparison(0, "a", "b"), comparison(0, "a", "c")
    assert one.digests[0] == other.digests[0]
    assert one.digests[1] != other.digests[1]
    assert one.pairs != other.pairs
