"""Slices that look into the text, at train, or at a saved query."""

import pandas as pd
import pytest

from tests.evaluation import shop_rows
from tests.plain_rows import plain_chat
from tunesmith.analysis.slices.declared import declared_masks
from tunesmith.analysis.slices.novelty import novel_shares, novelty
from tunesmith.analysis.slices.rare_words import rare_words
from tunesmith.errors import UserError
from tunesmith.rows import to_frame
from tunesmith.slices import slice_masks

ROWS = to_frame(
    [
        plain_chat(1, "I do not want it", "Fine."),
        plain_chat(2, "我不想要了", "好的。", lang="zh"),
        plain_chat(3, "送三件到上海", "好的。", lang="zh"),
        plain_chat(4, "Where is order 12", "Here."),
    ]
)
TRAIN = to_frame([plain_chat(9, "Where is it? I do want it", "Here.")] * 3)


def masks_of(*names: str) -> dict[str, dict[str, list[bool]]]:
    found = declared_masks(ROWS, TRAIN, names, {}, rare_below=3)
    return {name: {v: m.tolist() for v, m in values.items()} for name, values in found.items()}


def test_negations_and_numbers_are_seen_in_both_languages() -> None:
    found = masks_of("negation", "numbers")
    assert found["negation"]["yes"] == [True, True, False, False]
    assert found["numbers"]["yes"] == [False, False, True, True]


def test_a_word_that_train_hardly_has_is_rare() -> None:
    assert masks_of("rare_words")["rare_words"]["yes"] == [True, True, True, True]
    known = ["where is it", "我要退款"]
    assert rare_words(["where is it 5", "退款", "退货"], known * 3, below=3) == ["no", "no", "yes"]
    assert rare_words(["where"], known, below=2) == ["yes"]


def test_novelty_is_the_share_of_words_and_pairs_that_train_lacks() -> None:
    train = ["where is it", "我要退款"]
    shares = novel_shares(["where is it", "where it", "退款我", "新的", "12"], train)
    assert shares.tolist() == pytest.approx([0, 1 / 3, 1 / 5, 1, 0])
    bands = novelty(["where is it", "where it", "新的"], train)
    assert bands == ["familiar", "between", "novel"]


def test_saved_queries_are_values_of_one_slice() -> None:
    queries = {"short": "prompt_chars < 8", "zh": "lang == 'zh'"}
    found = declared_masks(ROWS, TRAIN, [], queries, 3)["query"]
    assert found["short"].tolist() == found["zh"].tolist() == [False, True, True, False]


def test_a_query_of_no_row_or_of_an_unknown_column_is_named() -> None:
    with pytest.raises(UserError, match=r"analyze\.queries\.none: no test row meets it"):
        declared_masks(ROWS, TRAIN, [], {"none": "prompt_chars > 999"}, 3)
    rows = shop_rows(4)
    with pytest.raises(UserError, match=r"queries\.x: no test row has meta\.tpic; known: meta.top"):
        declared_masks(rows, TRAIN, [], {"x": "meta.tpic == 'order'"}, 3)


def test_without_train_rows_nothing_is_rare_or_novel() -> None:
    for name in ("rare_words", "novelty"):
        with pytest.raises(UserError, match=f'"{name}" compares with train, which has no row'):
            declared_masks(ROWS, to_frame([]), [name], {}, 3)


def test_stage_evaluate_says_where_such_a_slice_can_be_asked_for() -> None:
    with pytest.raises(UserError, match=r'no slice "novelty" here, only in analyze\.slices'):
        slice_masks(ROWS, ["novelty"])
    with pytest.raises(UserError, match=r'no slice "negatoin"; known: .*length, negation, numbers'):
        declared_masks(ROWS, TRAIN, ["negatoin"], {}, 3)


def test_any_column_of_the_examples_is_a_slice() -> None:
    licences = pd.Series(["MIT", "MIT", None, None], dtype=object)
    found = slice_masks(ROWS.assign(licence=licences), ["licence", "task"])
    assert found["licence"]["MIT"].tolist() == [True, True, False, False]
    assert found["licence"]["(none)"].tolist() == [False, False, True, True]
    assert list(found["task"]) == ["chat"]
