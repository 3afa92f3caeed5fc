"""Hashed words, and the chances of labels that naive Bayes learns from them."""

import numpy as np
import pytest

from tunesmith.text.hashed_words import hashed_words
from tunesmith.text.naive_bayes import _loss, label_chances

STATUS = ["Where is my parcel {}?", "Has parcel {} been sent?", "订单{}到哪了？"]
REFUND = ["I want my money back for {}.", "Refund order {} please", "我要退款，订单{}。"]
TEXTS = [text.format(n) for n in range(20) for text in (*STATUS, *REFUND)]
GIVEN = np.array([0, 0, 0, 1, 1, 1] * 20)


def test_case_does_not_count_and_order_does() -> None:
    vectors = hashed_words(["Card lost", "card LOST", "lost card"], least_texts=1).toarray()
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.array_equal(vectors[0], vectors[2])


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("", 2 + 1),  # the two edges and their pair
        ("card", 3 + 2),
        ("cards", 3 + 2 + 1),  # its first four letters count too
        ("退款", 4 + 3),  # a Chinese character is a word
        ("退款？", 5 + 4),  # and so is a mark
        ("don't", 3 + 2 + 1),
    ],
)
def test_words_pairs_and_beginnings_are_counted(text: str, features: int) -> None:
    assert hashed_words([text], least_texts=1).nnz == features


def test_a_text_has_the_same_row_whatever_stands_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hashed_words(TEXTS)
    monkeypatch.setattr("tunesmith.text.hashed_words.CHUNK_CHARS", 50)
    assert (whole != hashed_words(TEXTS)).nnz == 0


def test_a_word_of_one_text_is_left_out() -> None:
    assert hashed_words(["same", "same", "other"])[2].nnz == 2, "the edges only"


def test_a_word_twice_weighs_more_but_not_double() -> None:
    once, twice = (
        hashed_words(["card x", "card card x"], least_texts=1).max(axis=1).toarray().ravel()
    )
    assert once < twice < 2 * once


def test_chances_add_up_and_find_the_label_of_most() -> None:
    chances = label_chances(hashed_words(TEXTS), GIVEN, seed=0)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)))
    assert np.array_equal(chances.argmax(axis=1), GIVEN)
    assert np.array_equal(chances, label_chances(hashed_words(TEXTS), GIVEN, seed=0))


def test_a_wrong_label_does_not_speak_for_itself() -> None:
    given = GIVEN.copy()
    given[0] = 1
    chances = label_chances(hashed_words(TEXTS), given, seed=0)
    assert chances[0, 0] > 0.9


def test_rare_labels_are_not_drowned() -> None:
    given = np.array([0] * 54 + [1] * 6)
    texts = [*[f"Where is my parcel {n}?" for n in range(54)], *[f"退款{n}" for n in range(6)]]
    assert np.array_equal(label_chances(hashed_words(texts), given, 0).argmax(axis=1), given)


def test_texts_that_tell_nothing_get_the_shares_of_the_labels() -> None:
    given = np.array([0] * 30 + [1] * 10)
    chances = label_chances(hashed_words(["the same"] * 40), given, seed=0)
    assert chances[:, 0] == pytest.approx(np.full(40, 0.75), abs=0.05)


def test_the_slope_of_the_loss_is_that_of_its_differences() -> None:
    rng = np.random.default_rng(0)
    scores, given, dials = rng.normal(size=(30, 3)), rng.integers(3, size=30), rng.normal(size=6)
    steps = np.eye(6) * 1e-6
    ends = [(_loss(dials + s, scores, given)[0], _loss(dials - s, scores, given)[0]) for s in steps]
    slope = [(after - before) / 2e-6 for after, before in ends]
    assert _loss(dials, scores, given)[1] == pytest.approx(slope, abs=1e-6)
