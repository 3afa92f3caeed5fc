import pytest

from tunesmith.errors import UserError
from tunesmith.improve.ledger import Round, looks_at, next_number, read_ledger, write_ledger

FIRST = Round(number=1, action="data", why="三行", targets=("lang=zh",), test_set="a", kept=True)
SECOND = Round(number=2, action="technique", why="", dials={"phases.sft.epochs": 4}, test_set="b")


def test_what_was_written_is_read_again(tmp_path):
    path = tmp_path / "reports" / "rounds.jsonl"
    write_ledger(path, [FIRST, SECOND])
    assert read_ledger(path) == [FIRST, SECOND]


def test_there_is_no_round_before_the_first(tmp_path):
    assert read_ledger(tmp_path / "rounds.jsonl") == []


def test_a_line_that_is_no_round_is_named(tmp_path):
    path = tmp_path / "rounds.jsonl"
    write_ledger(path, [FIRST])
    path.write_text(path.read_text() + '{"number": "two"}\n')
    with pytest.raises(UserError, match=r"rounds.jsonl:2: no round"):
        read_ledger(path)


def test_a_number_is_beyond_those_of_rounds_and_of_files():
    assert next_number([], []) == 1
    assert next_number([FIRST, SECOND], [1]) == 3
    assert next_number([FIRST], [4]) == 5, "the monitor has made rounds too"


def test_looks_are_counted_by_test_set():
    assert looks_at([FIRST, SECOND], "a") == [FIRST]


def test_a_round_is_tagged_by_its_number():
    assert SECOND.tag == "round-2"
