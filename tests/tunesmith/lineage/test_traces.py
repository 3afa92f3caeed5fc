"""A row is followed to its children and theirs."""

from tunesmith.lineage.traces import Trace, by_op, by_source, family
from tunesmith.rows import file_of

ROWS = [
    Trace("a", "x.jsonl:1", None, None, "train"),
    Trace("b", "x.jsonl:1", "a", "eda", "train"),
    Trace("c", "001-0a1b2c3d.jsonl:4", "b", "feedback:001", "train"),
    Trace("d", "y/z.jsonl:1", None, None, "test"),
    Trace("e", "x.jsonl:11", None, None, "train"),
]


def ids(*names: str) -> str:
    return "".join(row.id for row in family(ROWS, names))


def test_a_family_is_the_row_and_all_that_was_made_from_it() -> None:
    assert (ids("a"), ids("b"), ids("c")) == ("abc", "bc", "c")
    assert (ids("x.jsonl:1"), ids("x.jsonl"), ids("nix")) == ("abc", "abce", "")


def test_the_children_of_a_row_that_is_gone_are_found() -> None:
    assert "".join(row.id for row in family(ROWS[1:], ["a"])) == "bc"


def test_a_row_that_was_made_from_several_is_of_the_family_of_each() -> None:
    both = [*ROWS, Trace("f", "x.jsonl:11", "e", "refill", "train", ("d", "a"))]
    assert [row.id for row in family(both, ["a"])] == ["a", "b", "c", "f"]
    assert [row.id for row in family(both, ["d"])] == ["d", "f"]
    assert [row.id for row in family(both, ["e"])] == ["e", "f"]


def test_rows_are_counted_by_source_and_operation() -> None:
    assert by_source(ROWS) == {"001-0a1b2c3d.jsonl": 1, "x.jsonl": 3, "y/z.jsonl": 1}
    assert by_op(ROWS) == {"eda": 1, "feedback:001": 1, "original": 3}
    assert file_of("hub:name") == "hub:name"
