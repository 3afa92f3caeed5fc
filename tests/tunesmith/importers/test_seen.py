"""How often an id was given."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tunesmith.files import sha256_text
from tunesmith.importers.seen import Seen


@given(st.lists(st.integers(0, 30).map(lambda number: f"{number << 60 | number % 3:016x}"[:16])))
def test_it_counts_as_a_counter_does(ids: list[str]) -> None:
    seen, counts = Seen(), Counter[str]()
    for one in ids:
        counts[one] += 1
        assert seen.add(one) == counts[one]


def test_many_ids_are_all_remembered_in_few_bytes() -> None:
    ids = [sha256_text(str(number))[:16] for number in range(20_000)]
    seen = Seen()
    assert {seen.add(one) for one in ids} == {1}
    assert {seen.add(one) for one in ids[::7]} == {2}
    assert seen.add(ids[7]) == 3
    assert seen.held_bytes <= 26 * len(ids)
