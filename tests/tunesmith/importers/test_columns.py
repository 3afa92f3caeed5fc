"""Column maps, nested ones too."""

import pytest

from tunesmith.importers.base import ShapeError
from tunesmith.importers.columns import renamed


def test_a_nested_column_is_found_and_leaves_its_place() -> None:
    record = {"data": {"question": "?", "n": 1}, "reply": "!"}
    found = renamed(record, {"prompt": "data.question", "completion": "reply"})
    assert found == {"data": {"n": 1}, "prompt": "?", "completion": "!"}
    assert record["data"] == {"question": "?", "n": 1}


def test_an_object_that_is_emptied_goes_too() -> None:
    assert renamed({"data": {"q": "?"}}, {"prompt": "data.q"}) == {"prompt": "?"}


def test_a_name_with_a_dot_of_its_own_comes_first() -> None:
    assert renamed({"a.b": 1, "a": {"b": 2}}, {"x": "a.b"}) == {"x": 1, "a": {"b": 2}}


def test_one_column_may_serve_twice() -> None:
    assert renamed({"a": 1}, {"x": "a", "y": "a"}) == {"x": 1, "y": 1}


def test_a_missing_part_of_a_path_is_named() -> None:
    with pytest.raises(ShapeError, match=r'no column "data\.answer"; columns: data'):
        renamed({"data": {"question": "?"}}, {"completion": "data.answer"})


def test_a_map_that_is_turned_round_is_told() -> None:
    with pytest.raises(ShapeError, match=r"our name stands first: `\{prompt: 问题\}`"):
        renamed({"问题": "?"}, {"问题": "prompt"})


@pytest.mark.parametrize("columns", [{"prompt": "question"}, {"shop": "branch"}])
def test_a_map_that_is_the_right_way_round_is_not_called_turned(columns: dict[str, str]) -> None:
    with pytest.raises(ShapeError, match=r"columns: prompt, shop$"):
        renamed({"prompt": "?", "shop": "a"}, columns)
