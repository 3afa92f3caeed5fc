"""ROUGE against rouge_score 0.1.2 with our tokens, and against the values of pltrdy/rouge."""

import gzip
import json
import os
import random
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation import row_scores, score_of
from tests.tunesmith.metrics.test_metrics import EN, ZH
from tunesmith.answers import Answers
from tunesmith.metrics import union_lcs
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.tokens import normalised, tokens

DATA = Path(os.environ.get("TUNESMITH_DATA", "../shared/data"))
GROUND_TRUTH = DATA / "metric_ground_truth" / "pltrdy_rouge.jsonl.gz"
OURS = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL", "rouge_lsum": "rougeLsum"}


class OurTokens:
    """Our tokens in rouge_score's form."""

    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


def one_sentence_a_line(text: str) -> str:
    """Return a text as rouge_score takes sentences."""
    return re.sub(r"""[。!?]|\.(?=[\s"')\]”’」》]|\Z)""", "\n", normalised(text))


def expected(prediction: str, reference: str) -> dict[str, float]:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(list(OURS.values()), tokenizer=OurTokens())
    found = scorer.score(one_sentence_a_line(reference), one_sentence_a_line(prediction))
    return {name: found[theirs].fmeasure for name, theirs in OURS.items()}


def summaries(count: int, longest: int, seed: int) -> list[str]:
    """Return texts of few words in many sentences, in which much repeats."""
    rng = random.Random(seed)
    words = [*"abcdef", *"订单退款", "3.5"]
    ends = [" ", " ", " ", " ", ". ", "。", "!\n", "?"]
    return [
        "".join(rng.choice(words) + rng.choice(ends) for _ in range(rng.randint(2, longest)))
        for _ in range(count)
    ]


@pytest.mark.parametrize("pair", [EN, ZH])
def test_rouge_is_rouge_score_s(pair: tuple[list[str], list[str]]) -> None:
    theirs = [expected(*texts) for texts in zip(*pair, strict=True)]
    for name in OURS:
        golden = [one[name] for one in theirs]
        if name == "rouge_2":  # no bigram on one side, and no equal text: 0 in both
            assert min(golden) == 0
        assert row_scores(name, Answers(*pair)) == pytest.approx(golden, abs=1e-12)


def test_the_corpus_scores_do_not_drift_with_the_library() -> None:
    found = {name: (score_of(name, Answers(*EN)), score_of(name, Answers(*ZH))) for name in OURS}
    golden = {  # rouge_score 0.1.2 with our tokens, one sentence a line
        "rouge_1": (0.507692, 0.627759),
        "rouge_2": (0.418182, 0.491775),
        "rouge_l": (0.507692, 0.627759),
        "rouge_lsum": (0.507692, 0.627759),
    }
    for name, values in golden.items():
        assert found[name] == pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize(("count", "longest"), [(150, 30), (3, 250)])
def test_rouge_of_many_sentences_is_rouge_score_s(count: int, longest: int) -> None:
    predictions, references = summaries(count, longest, 0), summaries(count, longest, 1)
    theirs = [expected(*pair) for pair in zip(predictions, references, strict=True)]
    for name in OURS:
        found = row_scores(name, Answers(predictions, references))
        assert found == pytest.approx([one[name] for one in theirs], abs=1e-12)


@pytest.mark.parametrize(("name", "size"), [("PAIRS", 7), ("CELLS", 50), ("BLOCK_PAIRS", 5)])
def test_how_many_pairs_are_walked_at_once_decides_nothing(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Answers(summaries(30, 40, 4), summaries(30, 40, 5))
    before = row_scores("rouge_lsum", given)
    monkeypatch.setattr(union_lcs, name, size)
    assert row_scores("rouge_lsum", given) == before


@pytest.mark.parametrize(
    ("rows", "text", "other"),
    [(40, "a b\n" * 100, "b\n" * 100), (1, "a" + "\n" * 4000, "b" + "\n" * 4000)],
    ids=["many lines", "blank lines"],
)
def test_pairs_of_sentences_do_not_fill_the_memory(rows: int, text: str, other: str) -> None:
    given = [tokens_of((one,) * rows) for one in (text, other)]
    tracemalloc.start()
    marked = union_lcs.union_lcs(given[1], given[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert marked.sum() == text.count("b") * rows
    assert peak < 20_000_000


def test_texts_without_a_word_have_no_sentence() -> None:
    assert row_scores("rouge_lsum", Answers(["\n\n", "。\na"], ["x\n", "a\n\n"])) == [0, 1]


def test_sentences_of_more_than_64_tokens_are_compared_alike() -> None:
    predictions, references = (
        [
            text.translate(dict.fromkeys(map(ord, ".。!?\n"), " "))
            for text in summaries(4, 150, seed)
        ]
        for seed in (2, 3)
    )
    found = row_scores("rouge_lsum", Answers(predictions, references))
    theirs = [expected(*pair)["rouge_lsum"] for pair in zip(predictions, references, strict=True)]
    assert found == pytest.approx(theirs, abs=1e-12)
    assert found == pytest.approx(row_scores("rouge_l", Answers(predictions, references)))


def test_sentences_in_another_order_count_in_lsum_only() -> None:
    given = Answers(["退款已到账。订单已发货。"], ["订单已发货。退款已到账。"])
    assert score_of("rouge_lsum", given) == 1.0
    assert score_of("rouge_l", given) == 0.5


@pytest.mark.parametrize("name", OURS)
def test_the_same_text_scores_one_however_short(name: str) -> None:
    for text in ("好", "yes", "👍", "", "好。"):
        assert score_of(name, Answers([text], [text])) == 1.0
        assert score_of(name, Answers(["其他"], [text])) == 0.0


def ground_truth() -> list[dict[str, Any]]:
    if not GROUND_TRUTH.exists():
        pytest.skip("TUNESMITH_DATA holds no metric_ground_truth")
    lines = gzip.decompress(GROUND_TRUTH.read_bytes()).decode().strip().split("\n")
    return [json.loads(line) for line in lines]


def as_words(units: list[Any], numbers: dict[Any, int]) -> str:
    """Return a text in which every unit is one token."""
    return " ".join(f"w{numbers.setdefault(unit, len(numbers))}" for unit in units)


def test_pltrdy_s_rouge_1_and_2_are_ours_of_sets_of_words() -> None:
    """Its n-grams are sets, of all that stands between spaces; ours repeat, and are words."""
    for row in ground_truth():
        for order in (1, 2):
            numbers: dict[Any, int] = {}
            texts = []
            for side in ("hyp", "ref"):
                words = row[side].split()
                grams = zip(*(words[k:] for k in range(order)), strict=False)
                texts.append(as_words(list(dict.fromkeys(grams)), numbers))
            found = score_of("rouge_1", Answers([texts[0]], [texts[1]]))
            assert found == pytest.approx(row["scores"][f"rouge-{order}"]["f"], abs=1e-7)


def test_pltrdy_s_rouge_l_has_our_subsequence_and_another_f() -> None:
    """Precision and recall are ours of words; its F weighs recall by their ratio, ours is F1."""
    for row in ground_truth():
        numbers: dict[Any, int] = {}
        prediction, reference = (as_words(row[side].split(), numbers) for side in ("hyp", "ref"))
        golden = row["scores"]["rouge-l"]
        p, r = golden["p"], golden["r"]
        found = score_of("rouge_l", Answers([prediction], [reference]))
        assert found == pytest.approx(2 * p * r / (p + r), abs=1e-9)
        beta = p / r
        assert (1 + beta**2) * p * r / (r + beta**2 * p) == pytest.approx(golden["f"], abs=1e-6)
