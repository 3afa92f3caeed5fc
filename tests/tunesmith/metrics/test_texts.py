"""What answers are like: diversity, repetition, surprise, nearness; and texts of every kind."""

import math
from itertools import pairwise

import numpy as np
import pytest

from tests.evaluation import row_scores, score_of
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics import METRICS
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import GENERATION

NEEDS_WEIGHTS = "minilm_similarity"
GENERATED = [
    name for name, one in METRICS.items() if GENERATION in one.tasks and name != NEEDS_WEIGHTS
]
ODD = ["", " ", "👍", "👍🏽👍🏽", "一", "a", "。", "\n\n", "\x00", "\ud800", "ééé", "ﷺ", "好的" * 5]


def text_answers(predictions: list[str], references: list[str]) -> Answers:
    sizes = np.ones(len(references))
    known = {"reference_tokens": sizes, "reference_bytes": sizes, "rewards": sizes}
    return Answers(predictions, references, logprobs=-3 * sizes, **known)


def test_different_tokens_are_counted_within_each_answer() -> None:
    given = Answers(["a b a b", "a", "你好你"], [""] * 3)
    assert score_of("distinct_1", given) == pytest.approx((2 + 1 + 2) / (4 + 1 + 3))
    assert score_of("distinct_2", given) == pytest.approx((2 + 0 + 2) / (3 + 0 + 2))
    assert row_scores("distinct_1", given) == pytest.approx([0.5, 1.0, 2 / 3])


def test_of_one_answer_distinct_n_is_the_published_one() -> None:
    words = ["the", "cat", "and", "the", "dog", "and", "the", "bird"]
    given = Answers([" ".join(words)], [""])
    pairs = list(pairwise(words))
    assert score_of("distinct_1", given) == pytest.approx(len(set(words)) / len(words))
    assert score_of("distinct_2", given) == pytest.approx(len(set(pairs)) / len(pairs))


def test_repetition_is_the_share_of_runs_of_four_that_stood_before() -> None:
    given = Answers(["a b c d a b c d", "好的好的好的好的", "a b c", "a b c d"], [""] * 4)
    assert row_scores("repetition", given) == pytest.approx([1 / 5, 3 / 5, 0.0, 0.0])
    assert score_of("repetition", given) == pytest.approx((1 / 5 + 3 / 5) / 4)


def test_perplexity_is_e_to_the_mean_surprise_of_a_token() -> None:
    given = Answers(
        [""] * 2, ["x"] * 2, logprobs=np.array([-2.0, -4.0]), reference_tokens=np.array([1.0, 5.0])
    )
    assert score_of("perplexity", given) == pytest.approx(math.e)
    assert row_scores("perplexity", given) == pytest.approx([math.e**2, math.e**0.8])


def test_perplexity_of_a_broken_model_stays_a_number() -> None:
    given = Answers([""], ["x"], logprobs=np.array([-1e9]), reference_tokens=np.array([1.0]))
    assert math.isfinite(score_of("perplexity", given))


def test_bits_per_byte_is_the_same_for_every_tokenizer() -> None:
    bits = np.array([-8.0, -16.0]) * np.log(2)
    given = Answers([""] * 2, ["x"] * 2, logprobs=bits, reference_bytes=np.array([4.0, 8.0]))
    assert score_of("bits_per_byte", given) == pytest.approx(2.0)


def test_a_reference_without_a_byte_still_has_its_bits() -> None:
    given = Answers([""], [""], logprobs=np.array([-np.log(2)]), reference_bytes=np.array([0.0]))
    assert score_of("bits_per_byte", given) == pytest.approx(1.0)


def test_a_log_probability_above_zero_is_refused() -> None:
    given = Answers([""], ["x"], logprobs=np.array([1.0]), reference_bytes=np.array([1.0]))
    with pytest.raises(ValueError, match="above 0"):
        score_of("bits_per_byte", given)


def test_similar_letters_are_similar_in_both_languages() -> None:
    near = Answers(["the lamp has shipped", "台灯已发出"], ["the lamp was shipped", "台灯已经发出"])
    far = near.with_predictions(["no idea", "不知道"])
    close, distant = (row_scores("embedding_similarity", one) for one in (near, far))
    assert min(close) > 0.5 > 0.2 > max(distant)


def test_models_are_measured_by_the_same_vectors() -> None:
    references = ["the lamp was shipped", "台灯已经发出"]
    one = row_scores("embedding_similarity", Answers(["the lamp", "x"], references))
    other = row_scores("embedding_similarity", Answers(["the lamp", "今天天气很好"], references))
    assert one[0] == other[0]


def test_the_signature_names_what_makes_the_vectors() -> None:
    given = Answers(["a"], ["a"])
    assert "encoder:characters" in (METRICS["embedding_similarity"].signature(given) or "")
    assert "all-MiniLM-L6-v2" in (METRICS["minilm_similarity"].signature(given) or "")


class FakeMiniLm:
    """A model that knows ASCII only, and turns a text into its first letter."""

    def unknown_ratio(self, texts: list[str]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return np.array([float(not text.isascii()) for text in texts])

    def __call__(self, texts: list[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        return np.array([np.eye(128)[ord(text[0]) % 128] for text in texts], dtype=np.float32)


def test_the_model_refuses_references_that_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tunesmith.text.embed.MiniLmEmbedder", FakeMiniLm)
    given = Answers(["apple", "pear", "梨", "x"], ["axe", "axe", "axe", "xylophone"])
    assert row_scores("minilm_similarity", given) == [1.0, 0.0, 0.0, 1.0]
    with pytest.raises(UserError, match=r"1 of 2 references .* is row 2\); take embedding_sim"):
        score_of("minilm_similarity", Answers(["a", "b"], ["a", "梨"]))
    assert METRICS["minilm_similarity"].shows(given)
    assert not METRICS["minilm_similarity"].shows(Answers(["a", "b"], ["a", "梨"]))


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "json_fields"])
def test_no_text_is_too_odd(name: str) -> None:
    pairs = [(one, other) for one in ODD for other in ODD]
    given = text_answers([one for one, _ in pairs], [other for _, other in pairs])
    table = {METRICS[name]: {"m": METRICS[name].statistics(given)}}
    [measured] = measure(table, 100, 0.95, np.random.default_rng(0))
    score = measured.score("m")
    assert np.isfinite([score.value, score.stderr, score.low, score.high]).all()
    assert np.isfinite(row_scores(name, given)).all()


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "json_fields"])
def test_one_row_of_nothing_has_every_score(name: str) -> None:
    assert math.isfinite(score_of(name, text_answers([""], [""])))


@pytest.mark.parametrize("name", ["rouge_l", "rouge_lsum", "bleu", "chrf", "repetition"])
def test_a_huge_text_is_scored(name: str) -> None:
    huge = "今天天气很好。" * 3000
    assert math.isfinite(score_of(name, text_answers([huge, "a"], ["天气。" * 50, huge[:700]])))


TEXTUAL = ["exact_match", "token_f1", "rouge_1", "rouge_2", "rouge_l", "rouge_lsum", "bleu", "chrf"]


@pytest.mark.parametrize("name", [*TEXTUAL, "embedding_similarity"])
def test_chinese_never_scores_nothing_by_tokenisation(name: str) -> None:
    same = Answers(["订单12345已经发货。"], ["订单12345已经发货。"])
    assert score_of(name, same) == pytest.approx(METRICS[name].scale)
    if name != "exact_match":
        assert score_of(name, Answers(["订单12345已发货了。"], ["订单12345已经发货。"])) > 0
