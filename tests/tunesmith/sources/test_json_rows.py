"""JSON arrays read item by item: the same values and the same errors as the json module."""

import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.errors import UserError
from tunesmith.sources import json_rows as module
from tunesmith.sources.json_rows import json_rows

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
TEXT = json.dumps([{"text": 'a "b" \\ é\n'}, -1.5e3, [True, None], "好"], indent=1)


def rows(text: str, block_chars: int = 1_000) -> list[Any]:
    with patch.object(module, "BLOCK_CHARS", block_chars):
        return list(json_rows(io.StringIO(text), "a.json"))


@given(st.lists(VALUES, max_size=4), st.sampled_from([None, 1]), st.integers(1, 9))
def test_every_array_is_read_as_the_json_module_does(
    values: list[Any], indent: int | None, most: int
) -> None:
    assert rows(f" {json.dumps(values, indent=indent)}\n", most) == values
    assert rows(json.dumps(values, ensure_ascii=False), most) == values


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(["", ",", "]", "x", '"', "\n", "{"]))
def test_a_broken_array_gives_the_error_of_the_json_module(place: int, mark: str) -> None:
    text = TEXT[:place] + mark + (TEXT[place + 1 :] if mark else "")
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"a.json:{error.lineno}: not JSON: {error.msg} at column {error.colno};"
        for most in (len(text) + 1, 17):
            with pytest.raises(UserError) as caught:
                rows(text, most)
            assert str(caught.value).startswith(where)
    else:
        assert rows(text, 17) == values


def test_an_object_gives_the_one_array_that_it_holds() -> None:
    assert rows('{"version": 1, "data": [1, 2]}') == [1, 2]
    with pytest.raises(UserError, match="2 arrays of objects, where one is read"):
        rows('{"one": [1], "two": [2]}')
    with pytest.raises(UserError, match="no array of objects"):
        rows("12")


def test_a_row_and_an_object_are_held_only_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_CHARS", 8)
    monkeypatch.setattr(module, "LONGEST_LINE", 40)
    monkeypatch.setattr(module, "LONGEST_OBJECT", 40)
    long = "x" * 100
    with pytest.raises(UserError, match=r"a\.json:2: a row of more than 40 characters; take it"):
        list(json_rows(io.StringIO(f'[1,\n"{long}"]'), "a.json"))
    with pytest.raises(UserError, match="one JSON object of more than 40 characters; write"):
        list(json_rows(io.StringIO(f'{{"data": ["{long}"]}}'), "a.json"))
    assert len(list(json_rows(io.StringIO(f"[{', '.join(['1'] * 500)}]"), "a.json"))) == 500


@pytest.mark.parametrize("block", [8, 64, 1_000])
def test_a_long_row_is_refused_however_much_is_read_at_once(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(module, "BLOCK_CHARS", block)
    monkeypatch.setattr(module, "LONGEST_LINE", 40)
    for size in (38, 39):
        stream = io.StringIO(f'[1,\n"{"x" * size}", 2]')
        if size == 38:
            assert list(json_rows(stream, "a.json"))[2] == 2
        else:
            with pytest.raises(UserError, match=r"a\.json:2: a row of more than 40 characters"):
                list(json_rows(stream, "a.json"))


def test_what_was_read_is_let_go() -> None:
    window = module.Window(io.StringIO(json.dumps(["x" * 99] * 50_000)), "a.json")
    assert window.peek() == "["
    sizes = [len(window.text) for _ in window.array()]
    assert max(sizes) <= 2 * module.BLOCK_CHARS < sum(sizes)
