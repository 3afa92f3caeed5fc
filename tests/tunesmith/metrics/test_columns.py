"""Whole columns are split into the tokens that each text has alone."""

import random

import numpy as np
import pytest

from tests.evaluation import score_of
from tunesmith.answers import Answers
from tunesmith.metrics import columns
from tunesmith.metrics.bleu_tokens import bleu_tokens
from tunesmith.metrics.columns import separator, tokens_of
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


def same_words(found: list[list[int]], expected: list[list[str]]) -> bool:
    """True if the numbers stand for the words, each number for one."""
    assert [len(one) for one in found] == [len(one) for one in expected]
    pairs = {
        (number, word)
        for numbers, words in zip(found, expected, strict=True)
        for number, word in zip(numbers, words, strict=True)
    }
    return len(pairs) == len(dict(pairs)) == len({word for _, word in pairs})


@pytest.mark.parametrize("size", [60, 250_000])
def test_a_column_has_the_tokens_of_its_texts(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "CHARACTERS", size)
    tokens_of.cache_clear()
    texts = random_texts(2000)
    found = tokens_of(texts)
    assert same_words(texts_of(found.side), [tokens(text) for text in texts])
    assert found.sentences.lengths.sum() == found.side.lengths.sum()
    assert found.sentences_of.sum() == len(found.sentences)


@pytest.mark.parametrize("size", [60, 250_000])
@pytest.mark.parametrize("names", [("13a",), ("zh",), ("13a", "zh")], ids="+".join)
def test_bleu_s_tokens_are_sacrebleu_s(
    names: tuple[str, ...], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    monkeypatch.setattr(columns, "CHARACTERS", size)
    bleu_tokens.cache_clear()
    tokenizers = {"13a": Tokenizer13a(), "zh": TokenizerZh()}
    texts = random_texts(4000)
    own = [names[number % len(names)] for number in range(len(texts))]
    found = texts_of(bleu_tokens(texts, tuple(own)))
    pairs = zip(texts, own, strict=True)
    assert same_words(found, [tokenizers[name](text.rstrip()).split() for text, name in pairs])


def test_words_have_the_same_number_wherever_they_stand() -> None:
    found = tokens_of(("refund 退款", "a 退 refund", "refunds"))
    one, other, last = texts_of(found.side)
    assert one[0] == other[2] != last[0]
    assert one[1] == other[1]


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
