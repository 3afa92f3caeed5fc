"""Samples, orders and sides: by seed, and stable when the rows change."""

import pytest

from tests.judging import comparisons
from tunesmith.errors import UserError
from tunesmith.human.order import first_is_left, read_conditions, sample, shuffled

IDS = [f"row-{number}" for number in range(200)]


def test_the_same_seed_gives_the_same_order_and_another_seed_or_person_another() -> None:
    assert shuffled(IDS, 0, "ann") == shuffled(reversed(IDS), 0, "ann")
    assert shuffled(IDS, 0, "ann") != shuffled(IDS, 1, "ann")
    assert shuffled(IDS, 0, "ann") != shuffled(IDS, 0, "ben")
    assert sorted(shuffled(IDS, 0, "ann")) == sorted(IDS)


def test_a_further_row_moves_no_other() -> None:
    before = shuffled(IDS[:100], 0, "ann")
    assert [one for one in shuffled(IDS, 0, "ann") if one in before] == before


def test_a_side_is_the_same_each_time_and_fair_over_rows() -> None:
    sides = [first_is_left(0, "ann", one) for one in IDS]
    assert sides == [first_is_left(0, "ann", one) for one in IDS]
    assert 80 < sum(sides) < 120
    assert sides != [first_is_left(0, "ben", one) for one in IDS]


def test_a_larger_sample_holds_the_smaller_one() -> None:
    few, many = (sample(comparisons(40), count, {}, 0) for count in (10, 20))
    assert [one.id for one in many[:10]] == [one.id for one in few]
    assert [one.id for one in few] != [one.id for one in comparisons(10)]


def test_a_slice_takes_the_rows_that_have_any_of_its_values() -> None:
    drawn = sample(comparisons(10), 50, read_conditions(["lang=zh"]), 0)
    assert {one.row["lang"] for one in drawn} == {"zh"}
    assert len(drawn) == 5
    both = read_conditions(["lang=zh", "lang=en", "task=chat"])
    assert len(sample(comparisons(10), 50, both, 0)) == 10


def test_a_slice_that_is_none_is_named() -> None:
    with pytest.raises(UserError, match="--slice lang: no value; write field=value"):
        read_conditions(["lang"])
    with pytest.raises(UserError, match='--slice colour=red: no field "colour"; known: task'):
        read_conditions(["colour=red"])
    with pytest.raises(UserError, match=r"--slice lang=fr\|de: none of the 3 rows"):
        sample(comparisons(3), 5, read_conditions(["lang=fr", "lang=de"]), 0)
