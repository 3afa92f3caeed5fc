"""Classification: what a label and a text may be."""

from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one


@pytest.mark.parametrize(
    ("label", "kept"),
    [(1, "1"), (0.5, "0.5"), (" good ", "good"), (None, None), ("", None), ([], None)],
)
def test_a_label_is_kept_as_text(label: Any, kept: str | None) -> None:
    assert one({"text": "x", "label": label})["label"] == kept


def test_several_labels_are_kept_as_a_list_and_named_one_by_one() -> None:
    row = one({"text": "x", "label": [0, 1]}, labels={"0": "坏", "1": "好"})
    assert row["label"] == '["坏", "好"]'


def test_a_pair_of_texts_is_joined() -> None:
    assert one({"text": ["Is it?", "It is?"], "label": 1})["text"] == "Is it?\nIt is?"
    assert imported({"text": ["a", "b", "c"], "label": 1}).rejected


@pytest.mark.parametrize(("label", "kept"), [(0, "0"), (True, "true")])
def test_messages_that_end_with_the_user_are_classified(label: Any, kept: str) -> None:
    row = one({"messages": [{"role": "user", "content": "bad film"}], "label": label})
    assert (row["task"], row["label"]) == ("classification", kept)
