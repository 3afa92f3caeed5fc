"""The prose repeats by seed and never takes the form of a chat."""

from tunesmith.demo import prose
from tunesmith.demo.tokenizer import SPECIAL


def test_the_same_seed_and_shard_give_the_same_documents() -> None:
    assert prose.documents(1, 2, 50) == prose.documents(1, 2, 50)
    assert prose.documents(1, 2, 50) != prose.documents(1, 3, 50)


def test_the_prose_holds_no_question_and_no_chat_token() -> None:
    text = "".join(prose.documents(0, 0, 400))
    assert not any(mark in text for mark in ("?", "？", *SPECIAL))
