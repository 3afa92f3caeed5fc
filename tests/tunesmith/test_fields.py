"""Fields: columns and the source's own columns by one kind of name."""

import pytest

from tests.plain_rows import plain_chat
from tunesmith.fields import checked_field, field_of

ROW = plain_chat(3, "q", "a", meta='{"intent": "refund", "stars": 5, "open": true}')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lang", "en"),
        ("label", None),
        ("source", "toy.jsonl"),
        ("meta.intent", "refund"),
        ("meta.stars", "5"),
        ("meta.open", "true"),
        ("meta.absent", None),
    ],
)
def test_a_field_is_read_as_text(name: str, value: str | None) -> None:
    assert field_of(ROW, checked_field(name)) == value


@pytest.mark.parametrize("name", ["langs", "meta.", "prompt", ""])
def test_a_name_that_is_no_field_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match=r"known: task, label, .*meta\.<key>"):
        checked_field(name)
