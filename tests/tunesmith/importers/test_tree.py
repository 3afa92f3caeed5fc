"""Conversation trees, into the best path or into pairs."""

from typing import Any

from tests.tunesmith.importers.reading import imported, one, said


def node(text: str, role: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"text": text, "role": role, "replies": list(replies), **more}


def tree() -> dict[str, Any]:
    follow_up = node("再见", "prompter", node("慢走", "assistant", rank=0))
    good = node("您好", "assistant", follow_up, rank=0)
    fair = node("嗯", "assistant", rank=1)
    bad = node("走开", "assistant", rank=2)
    gone = node("x", "assistant", rank=3, deleted=True)
    return {"message_tree_id": "t1", "prompt": node("你好", "prompter", bad, gone, good, fair)}


def test_a_tree_gives_its_best_path() -> None:
    row = one(tree())
    assert [text for _, text in said(row["messages"])] == ["你好", "您好", "再见", "慢走"]
    assert (row["task"], row["group"]) == ("chat", "t1")


def test_as_preference_the_best_reply_meets_each_worse_one() -> None:
    found = imported(tree(), task="preference")
    assert [(row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in found.rows] == [
        ("您好", "嗯"),
        ("您好", "走开"),
    ]
    assert {row["group"] for row in found.rows} == {"t1"}
    assert len({row["id"] for row in found.rows}) == 2


def test_a_path_ends_with_an_answer() -> None:
    last = node("and?", "prompter")
    row = one({"prompt": node("Hi", "prompter", node("Hello", "assistant", last))})
    assert said(row["completion"]) == [("assistant", "Hello")]


def test_a_tree_without_ranks_has_no_pairs() -> None:
    record = {"prompt": node("Hi", "prompter", node("Hello", "assistant"))}
    found = imported(record, task="preference")
    assert found.rejected[0].reason == "no two replies to one message are ranked"


def test_a_rank_that_is_no_number_is_named() -> None:
    record = {"prompt": node("Hi", "prompter", node("Hello", "assistant", rank="best"))}
    assert '"rank" holds str' in imported(record).rejected[0].reason
