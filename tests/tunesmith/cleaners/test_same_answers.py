"""Preferences that prefer nothing are dropped, with the reason."""

from tests.plain_rows import plain_chat
from tests.tunesmith.objectives.preferring import pair_row
from tunesmith.cleaners.same_answers import SameAnswers


def test_only_a_preference_with_one_answer_is_dropped() -> None:
    judge = SameAnswers().judge
    dropped = judge(pair_row(0, "q", "a", "a "))
    assert dropped is not None
    assert (dropped.action, dropped.reason) == ("drop", "chosen and rejected are the same")
    assert judge(pair_row(0, "q", "a", "b")) is None
    assert judge(plain_chat(0, "q", "a")) is None


def test_answers_after_different_turns_are_not_the_same() -> None:
    row = pair_row(0, "q", "a", "a")
    row["chosen"] = [{"role": "user", "content": "more"}, *row["chosen"]]
    assert SameAnswers().judge(row) is None
