"""Columns: what is read from whole tables equals what one row after the other says."""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tunesmith.expectations.evidence import evidence_of
from tests.tunesmith.expectations.plain import (
    plain_chars,
    plain_control,
    plain_roles,
    plain_shortest_answer,
)
from tunesmith.expectations.answer_present import shortest_answers
from tunesmith.expectations.columns import codes, mapped
from tunesmith.expectations.fields import field_column
from tunesmith.expectations.no_control_characters import control_characters
from tunesmith.expectations.roles_alternate import roles
from tunesmith.expectations.row_lengths import row_lengths
from tunesmith.fields import field_of
from tunesmith.rows import COLUMNS, TASKS, Row

text = st.text(st.sampled_from("a好 \t\n\u3000\x07\x85\ufffd😀"), max_size=4)
some_text = st.none() | text
CALL = json.dumps([{"name": "f", "arguments": {"x": "a\x07b"}}])
message = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "user", "assistant", "tool", "robot", ""]),
        "content": text,
    },
    optional={"tool_calls": st.just(CALL), "reasoning_content": text},
)
turns = st.none() | st.lists(message, max_size=3)
tools = st.none() | st.just(json.dumps([{"name": "f", "description": "\x01 bad"}]))


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    return {
        **dict.fromkeys(COLUMNS),
        "task": draw(st.sampled_from(TASKS)),
        **{name: draw(turns) for name in ("prompt", "completion", "messages", "chosen")},
        "rejected": draw(turns),
        "completions": draw(st.none() | st.lists(text, max_size=3)),
        "text": draw(some_text),
        "label": draw(some_text),
        "tools": draw(tools),
        "lang": draw(st.none() | st.sampled_from(["en", "zh"])),
        "source": draw(st.none() | st.sampled_from(["a.jsonl:1", "a.jsonl:22", "b"])),
        "meta": draw(st.none() | st.sampled_from(['{"n": 1}', '{"n": "x"}', "{}"])),
    }


rows = st.lists(any_row(), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(rows)
def test_columns_say_what_each_row_says(some: list[Row]) -> None:
    evidence = evidence_of(some)
    for column, plain in (
        (roles, plain_roles),
        (shortest_answers, plain_shortest_answer),
        (control_characters, plain_control),
    ):
        assert evidence.by_batch(column).to_pylist() == [plain(row) for row in some]
    found = row_lengths(evidence, "characters")
    assert found.to_pylist() == [plain_chars(row) for row in some]


@settings(max_examples=50, deadline=None)
@given(rows)
def test_fields_in_columns_are_those_of_the_rows(some: list[Row]) -> None:
    for name in ("lang", "source", "meta.n", "label"):
        found = field_column(evidence_of(some), name).to_pylist()
        assert found == [field_of(row, name) for row in some]


def test_batches_of_a_table_are_joined_in_order() -> None:
    some = [{**dict.fromkeys(COLUMNS), "task": "text", "text": "x" * k} for k in range(7)]
    table = pa.concat_tables([evidence_of(some[:3]).table, evidence_of(some[3:]).table])
    evidence = evidence_of([])
    evidence.table = table
    assert row_lengths(evidence, "characters").to_pylist() == list(range(7))


def test_arrow_takes_the_same_characters_for_white_space_as_python_does() -> None:
    every = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]
    trimmed = pc.utf8_length(pc.utf8_trim_whitespace(pa.array(every))).to_numpy()
    differ = np.flatnonzero(trimmed != [len(c.strip()) for c in every])
    assert [hex(ord(every[place])) for place in differ] == []


def test_codes_tell_texts_apart_over_chunks_and_mark_what_is_missing() -> None:
    column = pa.chunked_array([["b", "a", None], ["a", "c"]])
    found = codes(column).tolist()
    assert found[2] == -1
    assert found[1] == found[3]
    assert len({found[0], found[1], found[4]}) == 3


def test_a_change_is_asked_for_once_for_each_distinct_text() -> None:
    asked: list[str | None] = []
    mapped(pa.array(["a", None, "a"]), lambda value: asked.append(value) or value)
    assert sorted(map(str, asked)) == ["None", "a"]
