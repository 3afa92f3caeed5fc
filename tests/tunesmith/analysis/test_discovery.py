"""Discovery: a planted weakness is named, its shadows are not, and chance finds nothing."""

import json

import numpy as np
import pytest

from benchmarks.planted_weakness import KINDS, demo_corpus, run
from benchmarks.trained_weakness import (
    NEVER_SHOWN,
    TAUGHT_WRONG,
    Learner,
    learner,
    own_shortfall,
)
from benchmarks.trained_weakness import run as train_and_look
from tests.plain_rows import plain_chat
from tunesmith.analysis.discovery import discover
from tunesmith.analysis.pool import Predicate, make_pool
from tunesmith.analysis.predicates import column_predicates, length_predicates, term_predicates
from tunesmith.analysis.ranked import rank_slices
from tunesmith.analysis.themes import theme_predicates

ROWS = 1200
NUMBER = np.arange(ROWS)
PLAIN = [
    Predicate("lang=zh", "lang", 0, NUMBER % 4 == 0),
    Predicate("meta.topic=refund", "meta.topic", 0, NUMBER % 3 == 0),
    Predicate("same rows", "other", 0, NUMBER % 3 == 0),
    Predicate("length=long", "length", 0, NUMBER % 5 < 2),
    Predicate("few", "few", 0, NUMBER < 20),
]
TERMS = [Predicate(f'prompt has "{k}"', "prompt", 1, k == NUMBER % 11) for k in range(11)]
POOL = make_pool(PLAIN, TERMS, ROWS)


def scores(weak: np.ndarray, extra: float = 0.4, seed: int = 0) -> np.ndarray:
    wrong = np.random.default_rng(seed).random(ROWS) < 0.15 + extra * weak
    return 1.0 - wrong


def names(values: np.ndarray) -> list[str]:
    return [one.predicate.name for one in discover(values, POOL, [], 0.05, seed=0)]


def test_the_pool_has_each_set_of_rows_once_none_too_small_and_pairs() -> None:
    found = [one.name for one in POOL.predicates]
    assert "same rows" not in found
    assert "few" not in found
    assert "lang=zh and meta.topic=refund" in found
    assert 'meta.topic=refund and prompt has "0"' in found
    assert len(found) == len(set(found))
    sizes = np.asarray(POOL.members.sum(axis=1)).ravel()
    assert sizes.tolist() == [one.mask.sum() for one in POOL.predicates]


def test_a_weak_value_is_found_and_the_slices_that_share_its_rows_are_not() -> None:
    assert names(scores(NUMBER % 3 == 0)) == ["meta.topic=refund"]


def test_a_weakness_where_two_meet_is_named_by_both() -> None:
    both = (NUMBER % 3 == 0) & (NUMBER % 4 == 0)
    assert names(scores(both)) == ["lang=zh and meta.topic=refund"]


def test_two_weaknesses_are_two_findings() -> None:
    either = (NUMBER % 3 == 0) | (NUMBER % 11 == 4)
    assert set(names(scores(either))) == {"meta.topic=refund", 'prompt has "4"'}


def test_a_strength_and_a_model_that_is_never_wrong_are_no_finding() -> None:
    assert names(np.where(NUMBER % 3 == 0, 1.0, scores(NUMBER < 0))) == []
    assert names(np.ones(ROWS)) == []


def test_the_interval_of_a_discovered_slice_counts_all_that_were_tried() -> None:
    weak = NUMBER % 3 == 0
    values = scores(weak, extra=0.2)
    [found] = rank_slices(values, {}, POOL, 500, 0.05, seed=0).weak
    [declared] = rank_slices(
        values, {"topic": {"x": weak}}, make_pool([], [], ROWS), 500, 0.05, 0
    ).weak
    assert found.line["shortfall"] == declared.line["shortfall"]
    assert 0 < found.line["low"] < declared.line["low"] < 0.2 < found.line["high"]
    assert found.line["impact"] < declared.line["impact"]


def test_the_same_seed_finds_the_same() -> None:
    values = scores(NUMBER % 3 == 0)
    first, second = (discover(values, POOL, [], 0.05, seed=1) for _ in range(2))
    assert [(a.predicate.name, a.p, a.covers) for a in first] == [
        (b.predicate.name, b.p, b.covers) for b in second
    ]


def test_declared_and_discovered_slices_are_one_list_without_shadows() -> None:
    weak = (NUMBER % 3 == 0) & (NUMBER % 4 == 0)
    masks = {"lang": {"zh": NUMBER % 4 == 0, "en": NUMBER % 4 > 0}}
    ranked = rank_slices(scores(weak), masks, POOL, 500, 0.05, seed=0)
    assert [one.name for one in ranked.weak] == ["lang=zh and meta.topic=refund"]
    assert ranked.weak[0].covers == ["lang=zh"]
    assert ranked.weak[0].line["slice"] == "discovered"
    origins = dict(zip(ranked.table["name"], ranked.table["origin"], strict=True))
    assert origins["lang=zh"] == "declared"
    assert origins["lang=zh and meta.topic=refund"] == "discovered"


def test_columns_have_the_values_that_declared_slices_have() -> None:
    metas = [{"urgent": True, "stars": 4}, {"urgent": False, "stars": None}] * 3
    rows = [plain_chat(k, "?", "!", meta=json.dumps(meta)) for k, meta in enumerate(metas)]
    found = {one.name: int(one.mask.sum()) for one in column_predicates(rows)}
    assert found["meta.urgent=true"] == found["meta.urgent=false"] == found["meta.stars=4"] == 3
    assert "meta.stars=(none)" not in found


def test_terms_are_words_and_chinese_runs_and_the_longer_run_has_the_name() -> None:
    prompts = ["refund my lamp", "我要退款了", "where is it", "几点开门"] * 40
    found = [one.name for one in make_pool([], term_predicates(prompts), 160).predicates]
    assert 'prompt has "要退款"' in found
    assert 'prompt has "退款"' not in found
    assert sum("lamp" in one for one in found) == 0  # `my` has the same rows and is shorter
    assert 'prompt has "my"' in found


def test_lengths_are_bounds_of_all_rows_and_of_each_language() -> None:
    texts = ["a" * (k % 50) for k in range(400)]
    found = [one.name for one in length_predicates("prompt_chars", texts, ["en", "zh"] * 200)]
    assert "prompt_chars<=1" in found
    assert "prompt_chars>=48" in found
    assert any(one.startswith("lang=zh and prompt_chars>=") for one in found)


def test_questions_about_the_same_are_one_group_named_by_its_words() -> None:
    prompts = [f"please refund lamp {k}" for k in range(150)]
    prompts += [f"请问第{k}个订单在哪里" for k in range(150)]
    terms = list(term_predicates(prompts))
    found = list(theme_predicates(prompts, terms, seed=0))
    assert len(found) == 2
    assert any("订单" in one.name for one in found)
    assert sum(one.mask.sum() for one in found) == 300
    assert list(theme_predicates(prompts[:20], terms, seed=0)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_weakness_of_every_kind_is_among_the_first_three(kind: str) -> None:
    corpus = demo_corpus(["en", "zh"], parts=1)
    outcomes = [run(kind, corpus, seed, size=1200, extra=0.4) for seed in range(2)]
    assert all(one.named for one in outcomes), outcomes


def test_a_model_without_a_weakness_gives_no_finding_most_of_the_time() -> None:
    corpus = demo_corpus(["en", "zh"], parts=1)
    silent = [not run(None, corpus, seed, size=1200).found for seed in range(8)]
    assert sum(silent) >= 6


@pytest.fixture(scope="module")
def made() -> Learner:
    """Questions of the demo in both languages, ready to be learnt."""
    return learner(demo_corpus(["en", "zh"], parts=2))


@pytest.mark.parametrize("way", [TAUGHT_WRONG, NEVER_SHOWN])
def test_a_slice_on_which_a_trained_model_was_made_weak_is_among_the_first_three(
    made: Learner, way: str
) -> None:
    planted = [(row["lang"], row["label"]) == ("zh", "refund") for row in made.corpus.rows]
    name, rng = "lang=zh and label=refund", np.random.default_rng(0)
    outcome = train_and_look(made, way, name, np.array(planted), rng)
    assert outcome.shortfall > 0.5
    assert outcome.named, outcome.found[:3]


def test_a_slice_that_is_wrong_for_its_labels_alone_is_not_weak_of_itself() -> None:
    labels = np.array(["bad"] * 20 + ["good"] * 20)
    long = np.arange(40) < 15  # three quarters of the bad ones, and none of the good ones
    assert own_shortfall(labels == "good", long, labels) == 0
    assert own_shortfall(~long, long, labels) == 1
