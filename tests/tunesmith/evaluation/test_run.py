"""Scores, comparisons, gaps and behaviour of three models on one exam."""

import json
import math
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest

from tests.evaluation import label_rows, predictions, shop_rows
from tests.tiny import text_row
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.evaluation.run import evaluate
from tunesmith.evaluation.tables import MODELS
from tunesmith.judge.params import Judge
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import to_frame

METRICS = ["exact_match", "rouge_l", "bleu", "chrf", "token_f1", "logprob", "length_ratio"]
SETTINGS = EvaluateParams(metrics=METRICS, slices=("lang", "meta.topic"), resamples=200)


def shop_predictions(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rights = {"base": 0.1, "candidate": 0.8, "champion": 0.4}
    return {name: predictions(rows, rights[name], seed) for seed, name in enumerate(MODELS)}


def test_a_better_model_is_better_in_every_score_and_slice() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    for metric in ("exact_match", "rouge_l", "bleu", "chrf", "token_f1", "logprob"):
        base, candidate = (result.metrics[model][metric] for model in ("base", "candidate"))
        assert base["high"] < candidate["low"]
        against = result.comparisons["against"]["base"]
        assert against["overall"][metric]["low"] > 0
        assert against["overall"][metric]["p"] < 0.02
        assert against["slices"]["lang"]["zh"][metric]["low"] > 0
        assert against["slices"]["lang"]["zh"][metric]["n"] == 40


def test_every_score_has_an_interval_and_the_long_table_holds_all_of_them() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    assert len(result.scores) == 3 * len(METRICS) * 5  # overall, two languages, two topics
    assert (result.scores["low"] <= result.scores["value"]).all()
    assert (result.scores["value"] <= result.scores["high"]).all()
    zh = result.scores.query("model == 'base' and slice == 'lang=zh' and metric == 'bleu'")
    assert zh["value"].item() == result.metrics["slices"]["lang"]["zh"]["base"]["bleu"]
    assert "tok:zh" in result.metrics["about"]["bleu"]["signature"]


def test_row_scores_keep_the_answers_and_average_to_the_score() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    own = result.per_row.query("model == 'candidate'")
    answers = shop_predictions(rows)["candidate"]
    assert list(own["logprob"]) == list(answers["logprob"])  # of all tokens, also where it is asked
    assert list(own["id"]) == list(rows["id"])
    assert own["rouge_l"].mean() == pytest.approx(result.metrics["candidate"]["rouge_l"]["value"])


def test_a_slice_s_numbers_do_not_depend_on_the_other_slices() -> None:
    rows = shop_rows()
    alone = EvaluateParams(metrics=METRICS, slices=("lang",), resamples=200)
    table = shop_predictions(rows)
    many, one = (evaluate(rows, table, settings, 0) for settings in (SETTINGS, alone))
    merged = many.scores.merge(one.scores, on=["model", "slice", "metric"])
    assert len(merged) == 3 * len(METRICS) * 3
    assert (merged["low_x"] == merged["low_y"]).all()


def test_a_classification_is_scored_by_label() -> None:
    rows = label_rows()
    settings = EvaluateParams(
        metrics=["accuracy", "macro_f1", "ece"], slices=("label",), resamples=200
    )
    result = evaluate(rows, shop_predictions(rows), settings, seed=0)
    accuracy = result.metrics["candidate"]["accuracy"]["value"]
    assert accuracy > result.metrics["base"]["accuracy"]["value"]
    assert "macro_f1" not in result.per_row
    assert set(result.metrics["slices"]["label"]) == {"hours", "order", "refund"}


def test_what_the_candidate_was_not_trained_on_is_out_of_scope_for_the_base_too() -> None:
    rows = label_rows()  # a base has a head for every label of the test rows, "hours" too
    knows = {"base": ["hours", "order", "refund"], "candidate": ["order", "refund"]}
    given = {
        name: part.assign(scores=json.dumps(dict.fromkeys(knows.get(name, knows["base"]), 0.3)))
        for name, part in shop_predictions(rows).items()
    }
    settings = EvaluateParams(metrics=["accuracy", "oos_auroc"], resamples=200)
    result = evaluate(rows, given, settings, seed=0)
    assert [result.metrics[name]["oos_auroc"]["value"] for name in MODELS] == [0.5] * 3


def test_a_metric_of_the_other_task_is_refused() -> None:
    rows = label_rows()
    with pytest.raises(UserError, match='"bleu" does not apply to classification'):
        evaluate(rows, shop_predictions(rows), EvaluateParams(metrics=["bleu"]), seed=0)


def test_a_metric_whose_numbers_were_not_predicted_is_refused() -> None:
    rows = label_rows()
    table = {name: part.assign(scores=None) for name, part in shop_predictions(rows).items()}
    with pytest.raises(UserError, match='"ece" needs the predictions\' scores'):
        evaluate(rows, table, EvaluateParams(metrics=["ece"]), seed=0)


def with_sets() -> pd.DataFrame:
    """Return test rows with an out-of-distribution and a retention set beside them."""
    far = shop_rows(40, "far").assign(split="ood:far")
    prose = to_frame(
        [{**text_row(k, f"prose {k}"), "split": "retention:prose", "lang": "en"} for k in range(9)]
    )
    return pd.concat([shop_rows(), far, prose], ignore_index=True)


def set_predictions(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return predictions that are worse far away, and log-probabilities of plain text."""
    text = rows["task"] == "text"
    near = (rows["split"] == "test").to_numpy()
    found = {}
    for seed, (name, right) in enumerate({"base": 0.1, "candidate": 0.8, "champion": 0.4}.items()):
        parts = [
            predictions(rows[near], right, seed),
            predictions(rows[~near & ~text], right / 2, seed),
            text_predictions(rows[text], -3.0 - right),
        ]
        found[name] = pd.concat(parts, ignore_index=True)
    return found


def text_predictions(rows: pd.DataFrame, nats: float) -> pd.DataFrame:
    sizes = [len(text.encode()) for text in rows["text"]]
    blank = dict.fromkeys(predictions(shop_rows(1), 1.0, 0).columns)
    return pd.DataFrame(
        [
            blank
            | {"id": row_id, "prediction": "", "logprob": nats * size, "finished": True}
            | {"reference_tokens": size, "reference_bytes": size}
            for row_id, size in zip(rows["id"], sizes, strict=True)
        ],
        dtype=object,
    )


def test_every_set_is_scored_alone_and_the_test_rows_as_if_they_were_all() -> None:
    rows = with_sets()
    result = evaluate(rows, set_predictions(rows), SETTINGS, 0)
    alone = evaluate(shop_rows(), shop_predictions(shop_rows()), SETTINGS, 0)
    assert result.metrics["candidate"] == alone.metrics["candidate"]
    assert set(result.metrics["sets"]) == {"ood:far", "retention:prose"}
    assert result.metrics["sets"]["ood:far"]["candidate"]["exact_match"]["n"] == 40
    assert set(result.scores["set"]) == {"test", "ood:far", "retention:prose"}
    assert set(result.per_row["id"]) == set(shop_rows()["id"])


def test_validation_rows_have_row_scores_and_decide_about_no_model() -> None:
    held = shop_rows(40, "validation")
    rows = pd.concat([shop_rows(), held], ignore_index=True)
    test, more = shop_predictions(shop_rows()), shop_predictions(held)
    both = {name: pd.concat([test[name], more[name]], ignore_index=True) for name in MODELS}
    result, alone = evaluate(rows, both, SETTINGS, 0), evaluate(shop_rows(), test, SETTINGS, 0)
    assert result.metrics == alone.metrics
    assert result.comparisons == alone.comparisons
    assert result.scores.equals(alone.scores)
    own = result.per_row[result.per_row["set"] == "validation"]
    assert set(own["id"]) == set(held["id"])
    assert own["rouge_l"].notna().all()
    rest = result.per_row[result.per_row["set"] == "test"].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, alone.per_row, check_dtype=False)


def test_validation_rows_that_cannot_show_a_metric_do_without() -> None:
    rows = pd.concat([json_rows(), shop_rows(40, "validation")], ignore_index=True)
    settings = EvaluateParams(metrics=["json_fields"], resamples=200)
    found = evaluate(rows, shop_predictions(rows), settings, 0).per_row
    assert found[found["set"] == "validation"]["json_fields"].isna().all()


def test_plain_text_is_scored_in_bits_a_byte_against_the_base() -> None:
    rows = with_sets()
    result = evaluate(rows, set_predictions(rows), SETTINGS, 0)
    bits = result.metrics["sets"]["retention:prose"]
    assert bits["base"]["bits_per_byte"]["value"] == pytest.approx(3.1 / math.log(2))
    assert bits["candidate"]["bits_per_byte"]["value"] == pytest.approx(3.8 / math.log(2))
    against = result.comparisons["against"]["base"]["sets"]["retention:prose"]["bits_per_byte"]
    assert against["difference"] == pytest.approx(0.7 / math.log(2))
    assert not result.metrics["about"]["bits_per_byte"]["higher_is_better"]


def test_the_generalisation_gap_is_the_set_minus_the_test_rows() -> None:
    rows = with_sets()
    result = evaluate(rows, set_predictions(rows), SETTINGS, 0)
    gap = result.metrics["gaps"]["ood:far"]["candidate"]["exact_match"]
    near = result.metrics["candidate"]["exact_match"]["value"]
    far = result.metrics["sets"]["ood:far"]["candidate"]["exact_match"]["value"]
    assert gap["difference"] == pytest.approx(far - near)
    assert gap["low"] < gap["difference"] < gap["high"] < 0
    assert "retention:prose" not in result.metrics["gaps"]


def test_an_exam_without_test_rows_is_refused() -> None:
    rows = shop_rows().assign(split="ood:far")
    with pytest.raises(UserError, match="the exam has no test row"):
        evaluate(rows, shop_predictions(rows), SETTINGS, 0)


def test_behavioural_tests_are_judged_case_by_case_and_are_no_set() -> None:
    test = {"test": "says a", "kind": "MFT", "capability": "Copying", "case": "0", "variant": 0}
    told = {**test, "expect": {"contains": ["a"]}, "perturbation": None, "swaps": []}
    behaviour = shop_rows(4, "b").assign(
        split="behaviour", meta=json.dumps({"behaviour": told}), completion=None
    )
    behaviour["meta"] = [json.dumps({"behaviour": {**told, "case": str(k)}}) for k in range(4)]
    rows = pd.concat([shop_rows(), behaviour], ignore_index=True)
    answers = {
        name: pd.concat(
            [table, predictions(shop_rows(4, "b"), 1.0, 0).assign(prediction=answer)],
            ignore_index=True,
        )
        for (name, table), answer in zip(
            shop_predictions(shop_rows()).items(), ("b", "a", "b"), strict=True
        )
    }
    result = evaluate(rows, answers, SETTINGS, 0)
    assert result.metrics["sets"] == {}
    models = result.behaviour["tests"]["says a"]["models"]
    assert {name: one["failures"] for name, one in models.items()} == {
        "base": 4,
        "candidate": 0,
        "champion": 4,
    }


def test_confusions_of_a_classifier_are_counted_for_every_model() -> None:
    rows = label_rows()
    settings = EvaluateParams(metrics=["accuracy"], resamples=200)
    result = evaluate(rows, shop_predictions(rows), settings, 0)
    table = result.metrics["confusion"]["candidate"]
    hits = sum(line[k] for k, line in enumerate(table["counts"]))
    assert hits / len(rows) == result.metrics["candidate"]["accuracy"]["value"]


def test_verdicts_of_a_judge_become_a_metric() -> None:
    rows = shop_rows(40)
    judge = Judge(model="judging", max_rows=10)
    settings = EvaluateParams(metrics=["rouge_l"], resamples=200, judge=judge)
    with patch.object(Judge, "replies", lambda _, requests, *__: ["A"] * len(requests)):
        result = evaluate(rows, shop_predictions(rows), settings, 0, Replies())
    assert result.metrics["candidate"]["judge"]["n"] == 10
    assert result.metrics["judge"]["candidate"]["flips"] == 1.0  # it prefers whatever is first
    assert "model:judging" in result.metrics["about"]["judge"]["signature"]


def test_a_slice_without_a_judged_row_has_no_row_behind_its_score_and_no_nan() -> None:
    settings = SETTINGS.model_copy(update={"judge": Judge(model="judging", max_rows=1)})
    with patch.object(Judge, "replies", lambda _, requests, *__: ["A"] * len(requests)):
        result = evaluate(shop_rows(40), shop_predictions(shop_rows(40)), settings, 0)
    scores = result.scores[result.scores["metric"] == "judge"].set_index(["model", "slice"])
    assert scores.loc[("candidate", "overall"), "n"] == 1
    assert sorted(scores.loc["candidate"].filter(like="lang=", axis=0)["n"]) == [0, 1]
    assert not scores.isna().any(axis=None)
    for tree in (result.metrics, result.comparisons):
        json.dumps(tree, allow_nan=False)


def test_a_judge_that_decides_nothing_is_no_score_of_one_half() -> None:
    settings = SETTINGS.model_copy(update={"judge": Judge(model="judging")})
    with (
        patch.object(Judge, "replies", lambda _, requests, *__: [None] * len(requests)),
        pytest.raises(UserError, match="judging decided too few"),
    ):
        evaluate(shop_rows(40), shop_predictions(shop_rows(40)), settings, 0)


def test_a_set_does_not_show_a_metric_that_its_rows_cannot() -> None:
    test = label_rows()
    test["label"] = ["oos" if k % 5 == 0 else one for k, one in enumerate(test["label"])]
    far = label_rows(30).assign(split="ood:far")
    far["id"] = [f"far-{k}" for k in range(30)]
    rows = pd.concat([test, far], ignore_index=True)
    labels = {"order": 0.5, "refund": 0.3, "hours": 0.2}
    answers = {
        name: pd.concat([part, predictions(far, 0.5, 1)], ignore_index=True).assign(
            prediction="order", scores=json.dumps(labels)
        )
        for name, part in shop_predictions(test).items()
    }
    settings = EvaluateParams(metrics=["accuracy", "oos_auroc"], resamples=200)
    result = evaluate(rows, answers, settings, 0)
    assert result.metrics["candidate"]["oos_auroc"]["value"] == 0.5
    assert set(result.metrics["sets"]["ood:far"]["candidate"]) == {"accuracy"}
    assert set(result.metrics["gaps"]["ood:far"]["candidate"]) == {"accuracy"}


def test_scores_keep_the_intervals_that_the_gate_may_ask_for() -> None:
    rows = with_sets()
    result = evaluate(rows, set_predictions(rows), SETTINGS, 0)
    for scores in (result.metrics, result.metrics["sets"]["ood:far"]):
        for metric in ("exact_match", "rouge_l"):
            own = scores["candidate"][metric]
            assert list(own["intervals"]["0.95"]) == [own["low"], own["high"]]
            assert own["intervals"]["0.99"][0] < own["low"]
    numbers = ["value", "stderr", "low", "high", "n"]
    assert list(result.scores) == ["model", "set", "slice", "metric", *numbers]


def json_rows(split: str = "test") -> pd.DataFrame:
    """Return questions whose answers are JSON."""
    rows = shop_rows(40, split)
    rows["completion"] = [[{"role": "assistant", "content": f'{{"n": {k}}}'}] for k in range(40)]
    return rows


def test_a_set_of_prose_beside_json_does_not_stop_the_scores_of_json() -> None:
    rows = pd.concat([json_rows(), shop_rows(40, "far").assign(split="ood:far")], ignore_index=True)
    settings = EvaluateParams(metrics=["json_fields", "rouge_l"], resamples=200)
    result = evaluate(rows, shop_predictions(rows), settings, 0)
    assert set(result.metrics["candidate"]) == {"json_fields", "rouge_l"}
    assert set(result.metrics["sets"]["ood:far"]["candidate"]) == {"rouge_l"}


def test_a_set_that_none_of_the_metrics_can_be_of_is_named() -> None:
    rows = pd.concat([json_rows(), shop_rows(40, "far").assign(split="ood:far")], ignore_index=True)
    settings = EvaluateParams(metrics=["json_fields"], resamples=200)
    with pytest.raises(UserError, match="the ood:far rows can show none of json_fields; add one"):
        evaluate(rows, shop_predictions(rows), settings, 0)


def test_test_rows_that_a_metric_cannot_read_are_named_with_their_set() -> None:
    settings = EvaluateParams(metrics=["json_fields"], resamples=200)
    with pytest.raises(UserError, match=r"the reference of row 1, .* \(of the test rows\)"):
        evaluate(shop_rows(), shop_predictions(shop_rows()), settings, 0)


def text_rows(split: str, count: int = 9) -> pd.DataFrame:
    """Return rows of plain text."""
    texts = [{**text_row(k, f"{split} {k}"), "split": split, "lang": "en"} for k in range(count)]
    return to_frame(texts)


def of_text(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return every model's log-probabilities of plain text."""
    return {name: text_predictions(rows, -1.0 - k) for k, name in enumerate(MODELS)}


def test_plain_test_rows_keep_the_metrics_that_are_set_and_so_do_text_sets_beside_them() -> None:
    rows = pd.concat([text_rows("test"), text_rows("ood:far")], ignore_index=True)
    settings = EvaluateParams(metrics=["perplexity", "logprob"], resamples=200)
    result = evaluate(rows, of_text(rows), settings, 0)
    assert result.metrics["base"]["logprob"]["value"] == pytest.approx(-1.0)
    assert set(result.metrics["sets"]["ood:far"]["base"]) == {"perplexity", "logprob"}
    assert set(result.metrics["gaps"]["ood:far"]["base"]) == {"perplexity", "logprob"}


@pytest.mark.parametrize("more", [{"metrics": ["exact_match"]}, {"judge": Judge(model="judging")}])
def test_plain_test_rows_have_no_answer_to_score(more: dict[str, Any]) -> None:
    rows = text_rows("test")
    settings = EvaluateParams(**{"metrics": ["perplexity"], "resamples": 200, **more})
    told = r'" needs answers, and .* plain text; these fit: logprob, perplexity, bits_per_byte$'
    with pytest.raises(UserError, match=told):
        evaluate(rows, of_text(rows), settings, 0)


@pytest.mark.parametrize("split", ["retention:both", "test"])
def test_a_set_that_mixes_plain_text_and_questions_is_refused_by_name(split: str) -> None:
    prose = text_rows("prose").assign(split=split)
    asked = shop_rows(4, "asked").assign(split=split)
    rows = pd.concat([shop_rows(), asked, prose], ignore_index=True)
    answered = shop_predictions(rows[rows["task"] != "text"])
    given = {
        name: pd.concat([table, text_predictions(prose, -1.0)], ignore_index=True)
        for name, table in answered.items()
    }
    with pytest.raises(UserError, match=f"the {split} rows mix plain text with questions"):
        evaluate(rows, given, SETTINGS, 0)


def test_every_set_keeps_the_signature_of_its_own_language() -> None:
    english = shop_rows(80)[lambda rows: rows["lang"] == "en"]
    chinese = shop_rows(80, "far")[lambda rows: rows["lang"] == "zh"].assign(split="ood:far")
    prose = text_rows("retention:prose")
    asked = pd.concat([english, chinese], ignore_index=True)
    rows = pd.concat([asked, prose], ignore_index=True)
    given = {
        name: pd.concat([table, text_predictions(prose, -1.0)], ignore_index=True)
        for name, table in shop_predictions(asked).items()
    }
    metrics = evaluate(rows, given, SETTINGS, 0).metrics
    assert "tok:13a" in metrics["about"]["bleu"]["signature"]
    assert "tok:zh" in metrics["about_sets"]["ood:far"]["bleu"]["signature"]
    assert metrics["about"]["bits_per_byte"]["title"] == "Bits per byte"  # only a set has it
    assert set(metrics["about_sets"]) == {"ood:far", "retention:prose"}
