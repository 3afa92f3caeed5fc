"""Whatever a file holds: no crash, no row lost, the same row gives the same id."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunesmith.importers.reading import imported
from tunesmith.importers import IMPORTERS
from tunesmith.rows import CONTENT, TASKS, map_texts, texts_of, to_frame, to_rows

QUIET = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NAMES = (
    *("instruction", "output", "input", "history", "system", "messages", "conversations"),
    *("prompt", "completion", "chosen", "rejected", "rejected_response", "text", "label", "split"),
    *("completions", "labels", "kto_tag", "instances", "tools", "images", "task", "meta", "other"),
)
TURN_KEYS = ("role", "from", "content", "value", "tool_calls", "name", "type", "replies", "rank")
WORDS = st.sampled_from(
    ["user", "gpt", "text", "tool_use", "function_call", "chat", "[]", "{}", "你好"]
)
CELLS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=6) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TURN_KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)
TURNS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool"]), "content": st.text(max_size=6)}
    ),
    min_size=1,
    max_size=4,
)
CALLS = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": WORDS, "arguments": CELLS})}
)
ANYTHING = CELLS | TURNS | st.lists(CALLS, max_size=2)


@st.composite
def shaped(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a record with the columns of a shape, filled with anything, and some others."""
    needs = draw(st.sampled_from(IMPORTERS)).needs
    record = {draw(st.sampled_from(names)): draw(ANYTHING) for names in needs}
    return record | draw(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=3))


RECORDS = shaped() | st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=5)


@QUIET
@given(st.lists(RECORDS, max_size=4))
def test_every_record_is_a_row_or_has_a_reason(records: list[dict[str, Any]]) -> None:
    found = imported(*records)
    lines = {int(row["source"].rpartition(":")[2]) for row in found.rows}
    rejected = [one.line for one in found.rejected]
    assert sorted([*lines, *rejected]) == list(range(1, len(records) + 1))
    assert len({row["id"] for row in found.rows}) == len(found.rows)
    assert all(one.reason for one in found.rejected)
    assert all(row["task"] in TASKS for row in found.rows)


@QUIET
@given(RECORDS)
def test_the_same_record_gives_the_same_row(record: dict[str, Any]) -> None:
    assert imported(record).rows == imported(dict(reversed(record.items()))).rows


@QUIET
@given(RECORDS)
def test_our_own_rows_come_back_as_they_were(record: dict[str, Any]) -> None:
    rows = imported(record).rows
    again = imported(*rows)
    assert not again.rejected
    kept = [*CONTENT, "task", "lang", "licence", "group", "split", "meta"]
    assert [[row[key] for key in kept] for row in again.rows] == [
        [row[key] for key in kept] for row in rows
    ]


@QUIET
@given(RECORDS)
def test_every_text_is_walked_once_and_nothing_else_changes(
    record: dict[str, Any],
) -> None:
    for row in to_rows(to_frame(imported(record).rows)):
        assert map_texts(row, lambda text: text) == row
        marked = map_texts(row, lambda text: f"{text}§")
        assert texts_of(marked) == [f"{text}§" for text in texts_of(row)]
