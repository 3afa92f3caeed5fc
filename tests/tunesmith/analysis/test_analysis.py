"""Weak slices, kinds and clusters of errors, and hardest rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.evaluation import label_rows, predictions, shop_rows
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.clusters import error_clusters
from tunesmith.analysis.confusions import confusion_pairs
from tunesmith.analysis.error_types import KINDS, count_error_types, error_types
from tunesmith.analysis.hardest import changes, hardest_rows
from tunesmith.analysis.keywords import keywords
from tunesmith.analysis.pool import make_pool
from tunesmith.analysis.predicates import declared_predicates
from tunesmith.analysis.ranked import WeakSlice, rank_slices
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.analysis.weak_slices import weak_slices
from tunesmith.errors import UserError
from tunesmith.evaluation.tables import ANSWERED, SCORED
from tunesmith.slices import slice_masks


def space(train: pd.DataFrame) -> TrainSpace:
    return TrainSpace(train, seed=0)


def case(answer: str, reference: str, prompt: str = "?", finished: bool = True) -> dict[str, Any]:
    return {
        "candidate": answer,
        "reference": reference,
        "prompt": prompt,
        "finished": finished,
        "wrong": answer.strip() != reference.strip(),
    }


@pytest.mark.parametrize(
    ("kind", "answer", "reference", "prompt"),
    [
        ("right", "Order 5 is sent.", "Order 5 is sent.", "?"),
        ("empty", " ", "Order 5 is sent.", "?"),
        ("empty", "", "订单5已发货。", "?"),
        ("wrong_language", "您的订单已经发货。", "Your order is on its way.", "?"),
        ("wrong_language", "Your order is on its way.", "您的订单已经发货。", "?"),
        ("copied_prompt", "Where is order 5 now?", "Order 5 is sent.", "Where is order 5 now?"),
        ("copied_prompt", "订单5现在到哪里了呢？", "订单5已发货。", "请问订单5现在到哪里了呢？"),
        ("refusal", "I'm sorry, but I can't help with that.", "Order 5 is sent.", "?"),
        ("refusal", "As an AI language model, I have no orders.", "Order 5 is sent.", "?"),
        ("refusal", "抱歉，我无法回答这个问题。", "订单5已发货。", "?"),
        ("wording", "抱歉，我无法查询订单状态。", "抱歉，我无法查询订单。", "?"),
        ("format_broken", "order: 5", '{"order": 5}', "?"),
        ("format_broken", '{"order": 5', '{"order": 5}', "?"),
        ("format_broken", '{"id": 5}', '{"order": 5}', "?"),
        ("format_broken", "订单是5号", '{"订单": 5}', "?"),
        ("format_broken", "print(1)", "```python\nprint(1)\n```", "?"),
        ("format_broken", "tea and milk", "- tea\n- milk", "?"),
        ("format_broken", "先付款再发货", "1. 付款\n2. 发货", "?"),
        ("wrong_number", '{"order": 6}', '{"order": 5}', "?"),
        ("wrong_number", "Order 6 is sent.", "Order 5 is sent.", "?"),
        ("wrong_number", "退款在三天内到账。", "退款在五天内到账。", "?"),
        ("wrong_entity", "It goes to Leeds today.", "It goes to York today.", "?"),
        ("wrong_entity", "Use the code LARK20 now.", "Use the code XIN20 now.", "?"),
        ("wrong_entity", "请用优惠码LARK20下单。", "请用优惠码XIN20下单。", "?"),
        ("wrong_entity", "这本书是《红楼梦》。", "这本书是《西游记》。", "?"),
        ("other", "I like the colour green.", "You may call Anna at noon.", "?"),
        ("wording", "Order 5 has been sent.", "Order 5 is sent.", "?"),
        ("wording", "订单5已经发货了。", "订单5已发货。", "?"),
        ("other", "I like the colour green.", "We open at noon.", "?"),
        ("other", "你好呀", "周末不营业，请改天再来。", "?"),
    ],
)
def test_an_error_is_of_the_kind_that_a_reader_would_say(
    kind: str, answer: str, reference: str, prompt: str
) -> None:
    assert error_types(pd.DataFrame([case(answer, reference, prompt)])) == [kind]


def test_an_answer_that_does_not_end_is_endless_whatever_it_says() -> None:
    assert error_types(pd.DataFrame([case("a a a a", "b", finished=False)])) == ["endless"]


def test_kinds_are_counted_by_language_and_say_what_helps() -> None:
    kinds = ["right", "empty", "wrong_number", "wrong_number"]
    scores = [1.0, 0.0, 0.25, 0.75]
    first, second = count_error_types(kinds, ["en", "en", "en", "zh"], scores)
    assert (first["kind"], first["count"], first["langs"]) == (
        "wrong_number",
        2,
        {"en": 1, "zh": 1},
    )
    assert second["share"] == pytest.approx(1 / 3)
    assert (first["mean"], second["mean"]) == (0.5, 0.0)
    assert first["action"] == KINDS["wrong_number"][1]


def planted() -> tuple[np.ndarray[Any, Any], dict[str, dict[str, Any]]]:
    scores = np.random.default_rng(0).normal(0.8, 0.1, 200)
    number = np.arange(200)
    scores[number % 4 == 0] -= 0.4
    scores[:5] = 0.0
    masks = {
        "topic": {str(k): number % 4 == k for k in range(4)},
        "coin": {"heads": number % 7 < 3, "tails": number % 7 >= 3},
        "small": {"yes": number < 5, "no": number >= 5},
    }
    return scores, masks


def test_the_planted_weak_slice_is_the_costliest_and_the_only_weak_one() -> None:
    scores, masks = planted()
    table = weak_slices(scores, masks, 1000, 0.05, seed=0)
    assert (table.loc[0, "slice"], table.loc[0, "value"]) == ("topic", "0")
    weak = table[table["weak"].astype(bool)]
    assert len(weak) == 1
    assert weak.iloc[0]["low"] < 0.4 < weak.iloc[0]["high"]
    assert weak.iloc[0]["impact"] == pytest.approx(weak.iloc[0]["low"] * 50)


def test_a_slice_of_few_rows_is_shown_without_rank_or_verdict() -> None:
    table = weak_slices(*planted(), 1000, 0.05, seed=0)
    small = table[(table["slice"] == "small") & (table["value"] == "yes")].iloc[0]
    assert small["n"] == 5
    assert small["shortfall"] > 0.5
    assert not small["ranked"]
    assert not small["weak"]
    assert np.isnan(small["q"])


def test_a_slice_that_is_everything_has_no_rest_to_compare_with() -> None:
    table = weak_slices(np.ones(40), {"lang": {"en": np.ones(40, dtype=bool)}}, 200, 0.05, 0)
    assert len(table) == 0
    assert "weak" in table


def test_the_same_seed_finds_the_same() -> None:
    first, second = (weak_slices(*planted(), 500, 0.05, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def per_row(rows: pd.DataFrame, bad_topic: str = "") -> pd.DataFrame:
    parts = []
    for seed, (model, right) in enumerate({"base": 0.2, "candidate": 0.8, "champion": 0.4}.items()):
        table = predictions(rows, right, seed, bad_topic if model == "candidate" else "")
        references = [
            row["label"] or row["completion"][0]["content"] for row in rows.to_dict("records")
        ]
        score = [float(a == b) for a, b in zip(table["prediction"], references, strict=True)]
        kept = table[[*ANSWERED, *SCORED]]
        parts.append(kept.assign(model=model, exact_match=score))
    return pd.concat(parts, ignore_index=True)


def shop_cases(bad_topic: str = "") -> pd.DataFrame:
    rows = shop_rows()
    return build_cases(rows, per_row(rows, bad_topic), "exact_match", 1)


def test_a_metric_without_row_scores_is_named_with_those_that_have() -> None:
    rows = shop_rows()
    with pytest.raises(UserError, match=r'no row scores of "macro_f1"; .*exact_match'):
        build_cases(rows, per_row(rows), "macro_f1", 1)


def test_rows_without_row_scores_are_refused() -> None:
    with pytest.raises(UserError, match="per-row scores lack some of the rows"):
        build_cases(shop_rows(80), per_row(shop_rows(70)), "exact_match", 1)


def test_row_scores_of_other_sets_are_left_aside() -> None:
    cases = build_cases(shop_rows(70), per_row(shop_rows(80)), "exact_match", 1)
    assert list(cases["id"]) == list(shop_rows(70)["id"])


def test_the_hardest_rows_are_wrong_and_the_least_probable_first() -> None:
    cases = shop_cases()
    hardest = hardest_rows(cases, error_types(cases), 5)
    logprobs = [one["logprob_per_token"] for one in hardest]
    assert logprobs == sorted(logprobs)
    assert {one["candidate_score"] for one in hardest} == {0.0}
    assert all(one["candidate"] != one["reference"] for one in hardest)


def test_examples_show_what_improved_worsened_and_stayed_wrong_in_both_languages() -> None:
    shown = changes(shop_cases())
    assert {one["change"] for one in shown} == {"improved", "worsened", "still wrong"}
    improved = [one["lang"] for one in shown if one["change"] == "improved"]
    assert abs(improved.count("en") - improved.count("zh")) <= 1


def test_clusters_keep_the_languages_apart_and_are_named_in_them() -> None:
    clusters = error_clusters(shop_cases("refund"), 4, "auto", seed=0).found
    assert len(clusters) >= 2
    assert sum(cluster["count"] for cluster in clusters) == int(shop_cases("refund")["wrong"].sum())
    assert all(len(cluster["langs"]) == 1 for cluster in clusters)
    names = " ".join(cluster["name"] for cluster in clusters)
    assert "refund" in names
    assert "退款" in names
    assert clusters == error_clusters(shop_cases("refund"), 4, "auto", seed=0).found


def test_a_handful_of_failures_forms_no_cluster() -> None:
    cases = shop_cases()
    few = cases.assign(wrong=[True] * 9 + [False] * 71)
    assert error_clusters(few, 8, "auto", seed=0).found == []


def test_clusters_count_all_failures_where_a_sample_decides_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tunesmith.analysis.clusters.MOST_ROWS", 20)
    cases = shop_cases("refund")
    clusters = error_clusters(cases, 4, "characters", seed=0).found
    assert sum(cluster["count"] for cluster in clusters) == int(cases["wrong"].sum()) > 20
    assert all(f"the {one['count']} failures" in one["action"] for one in clusters)


def test_names_are_words_that_the_other_texts_lack() -> None:
    inside = ["refund the lamp please", "a refund for the tent", "我要退款", "请给我退款"]
    outside = ["where is the lamp", "the tent is late", "我的订单在哪里", "请给我发票"]
    assert set(keywords(inside, outside, 2)) == {"refund", "退款"}


def weak_topics(cases: pd.DataFrame, rows: pd.DataFrame) -> list[WeakSlice]:
    masks = slice_masks(rows, ["meta.topic", "lang"])
    scores = cases["candidate_score"].to_numpy()
    pool = make_pool(declared_predicates(masks), [], len(rows))
    return rank_slices(scores, masks, pool, 500, 0.05, 0).weak


def test_confused_labels_are_counted_with_their_share() -> None:
    rows = label_rows()
    cases = build_cases(rows, per_row(rows), "exact_match", 1)
    pairs = confusion_pairs(cases)
    assert sum(pair["count"] for pair in pairs) == int(cases["wrong"].sum())
    assert all(pair["reference"] != pair["prediction"] for pair in pairs)
    assert all(pair["share"] == pair["count"] / 20 for pair in pairs)


def test_the_rows_of_a_confused_pair_are_its_worst_and_of_equal_ones_the_first_by_id() -> None:
    cases = pd.DataFrame(
        {
            "id": [f"t{k:02}" for k in range(14)],
            "reference": "refund",
            "candidate": ["order"] * 12 + ["refund", "hours"],
            "wrong": [True] * 12 + [False, True],
            "candidate_score": [*[0.5] * 11, 0.0, 1.0, 0.0],
        }
    )
    for order in (cases, cases.iloc[::-1]):
        first, second = confusion_pairs(order)
        assert first["ids"] == ["t11", *[f"t{k:02}" for k in range(9)]]
        assert (first["count"], first["mean"]) == (12, pytest.approx(5.5 / 12))
        assert (second["prediction"], second["ids"]) == ("hours", ["t13"])
