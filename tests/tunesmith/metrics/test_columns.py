"""Whole columns are split into the tokens that each text has alone."""

import random

import numpy as np
import pytest

from tests.evaluation import score_of
from tunesmith.answers import Answers
from tunesmith.metrics.bleu_tokens import bleu_tokens
from tunesmith.metrics.columns import numbered, separator, tokens_of
from tunesmith.metrics.overlap import Side
from tunesmith.metrics.tokens import tokens

PARTS = [
    *"ab1 0.,-&;\n\t!?<>/'\"()",
    *"中文，。！？…『』ΣİＡ½ｶﾞ한\ue000\u2005\u3000\x0b\x85\u2028👍",
    "&amp;",
    "&quot;",
    "<skipped>",
    "3.5",
    "-\n",
    "U.S. ",
]


def random_texts(count: int) -> tuple[str, ...]:
    rng = random.Random(0)
    made = ["".join(rng.choices(PARTS, k=rng.randint(0, 12))) for _ in range(count)]
    return (*made, "", ".", ",", "5.", ".5", "-", "号.", "\ue000")


def texts_of(side: Side) -> list[list[int]]:
    parts = np.split(side.symbols, side.ends()[1:-1])
    return [part.tolist() for part in parts]


def test_a_column_has_the_tokens_of_its_texts() -> None:
    texts = random_texts(3000)
    assert texts_of(tokens_of(texts).side) == [numbered(tokens(text)).tolist() for text in texts]


@pytest.mark.parametrize("name", ["13a", "zh"])
def test_bleu_s_tokens_are_sacrebleu_s(name: str) -> None:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    texts = random_texts(6000)
    tokenizer = {"13a": Tokenizer13a, "zh": TokenizerZh}[name]()
    found = texts_of(bleu_tokens(texts, (name,) * len(texts)))
    for text, own in zip(texts, found, strict=True):
        assert own == numbered(tokenizer(text.rstrip()).split()).tolist(), repr(text)


def test_each_text_goes_to_its_own_tokenizer() -> None:
    texts = ("订单12.", "a-b", "订单12.")
    found = texts_of(bleu_tokens(texts, ("zh", "13a", "13a")))
    assert [len(words) for words in found] == [3, 1, 2]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", [1, 1, 1]),
        ("版本3.5好。很好！行吗？", [5, 2, 2]),
        ("See example.org at 3.5", [6]),
        ("first line\nsecond", [2, 1]),
        ('He said "no." Then he left.', [3, 3]),
        ("...", []),
        ("", []),
    ],
)
def test_sentences_end_with_lines_and_marks_but_not_inside_of_numbers(
    text: str, sentences: list[int]
) -> None:
    found = tokens_of((text, "next")).sentences.lengths.tolist()
    assert [size for size in found if size] == [*sentences, 1]


def test_the_separator_is_a_character_that_the_texts_lack() -> None:
    assert separator("a") == "\ue000"
    assert separator("a\ue000\ue001") == "\ue002"


@pytest.mark.parametrize("name", ["chrf", "bleu"])
def test_the_corpus_score_of_any_texts_is_sacrebleu_s(name: str) -> None:
    import sacrebleu

    texts = list(random_texts(1500))
    predictions, references = texts[::2], texts[1::2]
    if name == "chrf":
        expected = sacrebleu.corpus_chrf(predictions, [references], word_order=2)
    else:
        expected = sacrebleu.corpus_bleu(predictions, [references], tokenize="13a")
    given = Answers(predictions, references, ["en"] * len(references))
    assert score_of(name, given) == pytest.approx(expected.score, abs=1e-9)
