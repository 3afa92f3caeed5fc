"""Every metric against the reference implementation, in both languages."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation import score_of as value
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics import METRICS, metrics_for
from tunesmith.metrics.measure import Measured, measure, unpaired
from tunesmith.metrics.params import EvaluateParams
from tunesmith.metrics.rouge_l import RougeL
from tunesmith.metrics.tokens import tokens
from tunesmith.params import Params
from tunesmith.stats.resample import Floats

EN = (
    ["the cat sat on the mat", "it's 3.5 miles (roughly), ok?", "one", "", "Hello, world!"],
    ["the cat is on the mat today", "it is 3.5 miles, roughly.", "two", "nothing", "hello world"],
)
ZH = (
    ["今天天气很好，我们去公园。", "订单12345已发货。", "我不知道", "", "ＡＢＣ１２３号"],
    ["今天天气真好，我们去公园玩。", "订单12346已经发货。", "你知道吗？", "没有", "ABC123号"],
)
XSUM = Path(__file__).parents[3] / ".." / "shared" / "data" / "xsum_outputs" / "pairs.jsonl.gz"


def answers(pair: tuple[list[str], list[str]], lang: str) -> Answers:
    return Answers(pair[0], pair[1], [lang] * len(pair[0]))


@pytest.mark.parametrize(("pair", "lang", "tokenizer"), [(EN, "en", "13a"), (ZH, "zh", "zh")])
def test_bleu_is_sacrebleu_s(pair: tuple[list[str], list[str]], lang: str, tokenizer: str) -> None:
    import sacrebleu

    expected = sacrebleu.corpus_bleu(pair[0], [pair[1]], tokenize=tokenizer)
    assert value("bleu", answers(pair, lang)) == pytest.approx(expected.score, abs=1e-9)
    rows = METRICS["bleu"].rows(METRICS["bleu"].statistics(answers(pair, lang)))
    assert rows is not None
    for found, prediction, reference in zip(rows, *pair, strict=True):
        one = sacrebleu.sentence_bleu(
            prediction, [reference], tokenize=tokenizer, use_effective_order=True
        )
        assert found == pytest.approx(one.score, abs=1e-9)


@pytest.mark.parametrize(("pair", "lang"), [(EN, "en"), (ZH, "zh")])
def test_chrf_is_sacrebleu_s(pair: tuple[list[str], list[str]], lang: str) -> None:
    import sacrebleu

    expected = sacrebleu.corpus_chrf(pair[0], [pair[1]], word_order=2).score
    assert value("chrf", answers(pair, lang)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "golden"),  # sacrebleu 2.6.0 on EN with 13a, on ZH with zh; chrF with word_order=2
    [("bleu", (14.807583, 41.567503)), ("chrf", (47.048788, 32.362483))],
)
def test_the_corpus_scores_do_not_drift_with_the_library(
    name: str, golden: tuple[float, float]
) -> None:
    found = (value(name, answers(EN, "en")), value(name, answers(ZH, "zh")))
    assert found == pytest.approx(golden, abs=1e-6)


def test_on_english_our_tokens_are_rouge_score_s_own() -> None:
    from rouge_score.tokenizers import DefaultTokenizer

    for text in [*EN[0], *EN[1], "It's A.I. in 2024: e-mail/web & so_on"]:
        assert tokens(text) == DefaultTokenizer(use_stemmer=False).tokenize(text)


def test_the_same_chinese_text_scores_one_not_zero() -> None:
    for name in ("exact_match", "token_f1", "rouge_l", "rouge_1"):
        assert value(name, Answers(["订单已发货。"], ["订单已发货。"])) == 1.0
    assert value("bleu", Answers(["订单已发货。"], ["订单已发货。"])) == pytest.approx(100)


def test_answers_without_any_token_count_as_equal_only_when_they_are() -> None:
    assert value("rouge_l", Answers(["👍"], ["👍"])) == 1.0
    assert value("token_f1", Answers(["👍"], ["👎"])) == 0.0


def test_token_f1_by_hand_counts_chinese_by_character() -> None:
    assert value("token_f1", Answers(["a b b"], ["b c"])) == pytest.approx(2 / 5)
    assert value("token_f1", Answers(["退款"], ["退货"])) == 0.5


def test_exact_match_ignores_space_at_the_ends_and_the_unicode_form_only() -> None:
    given = Answers([" yes\n", "cafe\u0301", "Yes"], ["yes", "caf\u00e9", "yes"])
    assert value("exact_match", given) == pytest.approx(2 / 3)


def test_published_xsum_systems_come_out_in_the_published_order() -> None:
    if not XSUM.exists():
        pytest.skip("the shared data sets are not beside this checkout")
    text = gzip.decompress(XSUM.read_bytes()).decode()
    rows = [json.loads(line) for line in text.split("\n")[:400]]
    references = [row["reference"] for row in rows]
    lead, ptgen, topics = (
        value("rouge_l", Answers([row[system] for row in rows], references))
        for system in ("lead", "ptgen", "topic-convs2s")
    )
    # all 11,334 rows: 11.95, 23.24, 25.75 (EdinburghNLP/XSum@7b95485, published_rouge_full_test)
    assert lead < ptgen < topics
    assert 100 * topics == pytest.approx(25.75, abs=1.5)


def test_logprob_weighs_tokens_not_rows() -> None:
    given = Answers(
        ["", ""], ["x", "y"], logprobs=np.array([-1.0, -9.0]), reference_tokens=np.array([1.0, 9.0])
    )
    assert value("logprob", given) == -1.0


def test_a_reference_without_a_token_has_no_logprob() -> None:
    given = Answers([""], ["x"], logprobs=np.array([0.0]), reference_tokens=np.array([0.0]))
    with pytest.raises(ValueError, match="without a token"):
        value("logprob", given)


def test_length_ratio_is_of_all_tokens() -> None:
    assert value("length_ratio", Answers(["a b", "你好"], ["a", "你"])) == 2.0


def test_mixed_languages_keep_both_signatures() -> None:
    given = Answers(["a", "你"], ["a", "你"], ["en", "zh"])
    signature = METRICS["bleu"].signature(given) or ""
    assert "tok:13a" in signature
    assert "tok:zh" in signature


def test_pooled_bleu_of_two_languages_uses_each_one_s_tokens() -> None:
    both = Answers([*EN[0], *ZH[0]], [*EN[1], *ZH[1]], ["en"] * 5 + ["zh"] * 5)
    metric = METRICS["bleu"]
    parts = [metric.statistics(answers(EN, "en")), metric.statistics(answers(ZH, "zh"))]
    np.testing.assert_array_equal(metric.statistics(both), np.vstack(parts))


def test_nothing_to_score_is_an_error() -> None:
    with pytest.raises(ValueError, match="no row"):
        Answers([], [])


def test_answers_of_another_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 predictions"):
        Answers(["a", "b"], ["a"])


@pytest.mark.parametrize("name", ["exact_match", "rouge_l", "bleu", "chrf"])
def test_every_value_lies_in_its_interval_and_repeats(name: str) -> None:
    given = answers(([*EN[0], "same"] * 8, [*EN[1], "same"] * 8), "en")
    tables = {METRICS[name]: {"m": METRICS[name].statistics(given)}}
    scores = [measure(tables, 300, 0.95, np.random.default_rng(3))[0].score("m") for _ in range(2)]
    assert scores[0] == scores[1]
    assert scores[0].low <= scores[0].value <= scores[0].high
    assert scores[0].stderr > 0
    assert scores[0].n == 48


def test_a_model_against_itself_has_no_difference() -> None:
    statistics = METRICS["chrf"].statistics(answers(EN, "en"))
    tables = {METRICS["chrf"]: {"one": statistics, "two": statistics}}
    [measured] = measure(tables, 200, 0.95, np.random.default_rng(0))
    difference = measured.difference("one", "two")
    assert (difference.value, difference.low, difference.high, difference.p) == (0, 0, 0, 1)


def test_right_or_wrong_rows_get_mcnemar_s_p() -> None:
    metric = METRICS["exact_match"]
    tables = {
        metric: {
            "one": metric.statistics(Answers(["a"] * 10, ["a"] * 10)),
            "two": metric.statistics(Answers(["b"] * 10, ["a"] * 10)),
        }
    }
    [measured] = measure(tables, 200, 0.95, np.random.default_rng(0))
    assert measured.difference("one", "two").p == pytest.approx(2 / 2**10)


def test_a_metric_of_the_other_task_names_those_that_apply() -> None:
    with pytest.raises(UserError, match=r'"bleu" does not apply to classification; .*accuracy'):
        metrics_for(["bleu"], classification=True)
    with pytest.raises(UserError, match=r'"macro_f1" does not apply to generation'):
        metrics_for(["macro_f1"], classification=False)


def test_an_unknown_metric_is_refused_with_the_known_ones_and_its_line(tmp_path: Path) -> None:
    place = tmp_path / "params.yaml"
    place.write_text("evaluate:\n  metrics: [blue]\n")
    with pytest.raises(UserError, match=r'params.yaml:2: .*no metric "blue"; known: .*bleu'):
        EvaluateParams.read("evaluate", place)
    assert issubclass(EvaluateParams, Params)


class Counted(RougeL):
    """A metric that counts only the rows whose second column is 1, as a judge does."""

    def n(self, statistics: Floats) -> int:
        return int(statistics[:, 1].sum())


def measured_counts(**counted: int) -> Measured:
    """Return a metric of models of which so many rows of 60 count."""
    rng = np.random.default_rng(0)
    counts = {model: (np.arange(60) < count).astype(float) for model, count in counted.items()}
    table = {model: np.stack([rng.random(60) * own, own], axis=1) for model, own in counts.items()}
    [found] = measure({Counted(): table}, 200, 0.95, np.random.default_rng(1))
    return found


def test_two_models_differ_on_the_rows_of_the_one_that_has_fewer() -> None:
    found = measured_counts(one=50, two=40)
    assert found.score("one").n == 50
    assert found.difference("one", "two").n == found.difference("two", "one").n == 40


def test_two_sets_differ_by_the_rows_of_the_smaller_that_count() -> None:
    far, near = measured_counts(one=50), measured_counts(one=12)
    assert unpaired(far, near, "one").n == unpaired(near, far, "one").n == 12
