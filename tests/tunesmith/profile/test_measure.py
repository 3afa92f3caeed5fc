"""The profile of a version of the data: what is counted, and that it repeats."""

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import chat_row, label_row
from tunesmith.profile import ProfileParams
from tunesmith.profile.measure import EDGES, REST, profile_of, top
from tunesmith.rows import Row, to_frame, to_rows

PARAMS = ProfileParams(balance=["lang", "label", "meta.intent"])


def rows() -> list[Row]:
    english = {"lang": "en", "meta": '{"intent": "status"}'}
    chinese = {"lang": "zh", "meta": '{"intent": "refund"}'}
    raw = [chat_row(k, "Where is it?", "There.", **english) for k in range(6)]
    raw += [chat_row(k + 6, "在哪里？", "那里。", **chinese) for k in range(4)]
    return to_rows(to_frame(raw))


def test_values_lengths_and_sizes_are_counted() -> None:
    profile = profile_of({"train": rows(), "test": rows()[:2]}, PARAMS, 0)
    assert profile["rows"] == {"train": 10, "test": 2}
    assert profile["values"] == {
        "file": {"toy.jsonl": 10},
        "lang": {"en": 6, "zh": 4},
        "meta.intent": {"status": 6, "refund": 4},
    }
    english = profile["lengths"]["question"]["en"]
    assert english[bisect_right(EDGES, len("Where is it?"))] == sum(english) == 6
    assert profile["words"]["哪"] == 4
    assert set(profile["diversity"]) == {"en", "zh"}


def test_labels_have_no_answer_length() -> None:
    table = to_rows(to_frame([label_row(k, "好看", "positive") for k in range(3)]))
    profile = profile_of({"train": table}, PARAMS, 0)
    assert profile["lengths"]["answer"] == {}
    assert profile["values"]["label"] == {"positive": 3}


def test_the_same_rows_and_seed_give_the_same_profile() -> None:
    assert profile_of({"train": rows()}, PARAMS, 3) == profile_of({"train": rows()}, PARAMS, 3)


@given(st.lists(st.sampled_from("abcdef") | st.none(), max_size=60), st.integers(1, 6))
def test_no_row_is_lost_when_rare_values_go_to_the_rest(
    values: list[str | None], most: int
) -> None:
    counts = top(values, most)
    assert sum(counts.values()) == len(values)
    assert len([name for name in counts if name != REST]) <= most


def test_a_field_that_no_row_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match='no field "intnet"'):
        ProfileParams(balance=["intnet"])


def test_limits_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="shifted must stay below changed"):
        ProfileParams(shifted=0.3, changed=0.2)
