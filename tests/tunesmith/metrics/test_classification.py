"""The scores of classifications against scikit-learn 1.9, and what they do beyond it."""

import json

import numpy as np
import pytest

from tests.evaluation import row_scores, score_of
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics import METRICS
from tunesmith.metrics.confusion import OTHER, confusion
from tunesmith.metrics.labels import scored

ALL = ["accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "mcc"]


def five_labels(invalid: float = 0.0, rows: int = 300) -> Answers:
    """Return predictions that are often right; a share of them is no label."""
    rng = np.random.default_rng(0)
    true = rng.choice(list("abcde"), rows, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    given = np.where(rng.random(rows) < 0.6, true, rng.choice(list("abcde"), rows))
    given = np.where(rng.random(rows) < invalid, "no idea", given)
    return Answers(given.tolist(), true.tolist())


def test_the_scores_of_labels_are_scikit_learn_s() -> None:
    from sklearn import metrics

    given = five_labels()
    true, predicted = given.references, given.predictions
    expected = {
        "accuracy": metrics.accuracy_score(true, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(true, predicted),
        "macro_f1": metrics.f1_score(true, predicted, average="macro"),
        "micro_f1": metrics.f1_score(true, predicted, average="micro"),
        "mcc": metrics.matthews_corrcoef(true, predicted),
    }
    assert {name: score_of(name, given) for name in ALL} == pytest.approx(expected, abs=1e-12)


def test_the_scores_do_not_drift_with_the_library() -> None:
    golden = {
        "accuracy": 0.666667,
        "balanced_accuracy": 0.656170,
        "macro_f1": 0.616401,
        "micro_f1": 0.666667,
        "mcc": 0.565001,
    }
    given = five_labels()  # scikit-learn 1.9.1
    assert {name: score_of(name, given) for name in ALL} == pytest.approx(golden, abs=1e-6)


def test_predictions_that_are_no_label_count_as_scikit_learn_can_be_told_to() -> None:
    from sklearn import metrics

    given = five_labels(invalid=0.2)
    true, predicted = given.references, given.predictions
    known = {"labels": list("abcde"), "zero_division": 0.0}
    micro = metrics.f1_score(true, predicted, average="micro", **known)
    macro = metrics.f1_score(true, predicted, average="macro", **known)
    assert score_of("micro_f1", given) == pytest.approx(micro)
    assert score_of("micro_f1", given) > score_of("accuracy", given)
    assert score_of("macro_f1", given) == pytest.approx(macro)
    assert score_of("mcc", given) == pytest.approx(metrics.matthews_corrcoef(true, predicted))


def test_predictions_that_are_no_label_are_one_class_more_in_the_correlation() -> None:
    one = Answers(["a", "b", "?", "?"], ["a", "b", "a", "b"])
    two = one.with_predictions(["a", "b", "?", "!"])
    assert score_of("mcc", one) == score_of("mcc", two)


def test_macro_f1_leaves_an_answer_that_is_no_label_out_of_the_classes() -> None:
    assert score_of("macro_f1", Answers(["a", "b", "no idea"], ["a", "b", "b"])) == pytest.approx(
        (1 + 2 / 3) / 2
    )


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy"])
def test_a_slice_counts_the_labels_that_occur_there(name: str) -> None:
    metric = METRICS[name]
    table = metric.statistics(Answers(["a", "b", "c"], ["a", "b", "d"]))
    assert float(metric.finish(table[:2].sum(axis=0))) == 1.0


@pytest.mark.parametrize(
    ("predictions", "golden"),
    [
        (["a", "a"], [1.0, 1.0, 1.0, 1.0, 0.0]),  # nothing varies, so nothing goes together
        (["b", "b"], [0.0, 0.0, 0.0, 0.0, 0.0]),
        (["", "👍"], [0.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_a_test_set_of_one_label_has_every_score(
    predictions: list[str], golden: list[float]
) -> None:
    given = Answers(predictions, ["a", "a"])
    assert [score_of(name, given) for name in ALL] == golden


def test_a_row_alone_is_right_or_wrong_in_micro_f1() -> None:
    assert row_scores("micro_f1", Answers(["a", "b", "?"], ["a", "a", "a"])) == [1.0, 0.0, 0.0]


def test_the_correlation_of_opposites_is_minus_one() -> None:
    assert score_of("mcc", Answers(["a", "b"] * 5, ["b", "a"] * 5)) == -1.0


def test_calibration_error_by_hand() -> None:
    scores = [json.dumps({"a": p, "b": 1 - p}) for p in (0.9, 0.9, 0.9, 0.9, 0.6)]
    given = Answers(["a"] * 5, ["a", "a", "a", "b", "b"], scores=scores)
    assert score_of("ece", given) == pytest.approx((4 * 0.15 + 1 * 0.6) / 5)


@pytest.mark.parametrize(
    "scores", ['{"a": 3.2}', '{"a": -0.1}', "{}", '["a"]', "a", '{"a": null}', '{"a": NaN}']
)
def test_scores_that_are_no_probabilities_are_refused(scores: str) -> None:
    given = Answers(["a"], ["a"], scores=[scores])
    with pytest.raises(UserError, match="not probabilities"):
        score_of("ece", given)


def test_of_equally_probable_labels_the_first_by_name_is_taken() -> None:
    best, confidence, labels = scored(Answers([""], [""], scores=['{"b": 0.5, "a": 0.5}']))
    assert (best, confidence.tolist(), labels) == (["a"], [0.5], {"a", "b"})


def intents(rows: int, outside: float, seed: int, digits: int = 17) -> Answers:
    """Return a classification with a share of rows `oos`, which get less confidence."""
    rng = np.random.default_rng(seed)
    oos = rng.random(rows) < outside
    confidence = np.round(1 / (1 + np.exp(-rng.normal(np.where(oos, 0.5, 1.5), 1))), digits)
    return Answers(
        ["card"] * rows,
        np.where(oos, "oos", "card").tolist(),
        scores=[json.dumps({"card": c, "pin": 0.0}) for c in confidence.tolist()],
    )


def exact_auroc(given: Answers, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    from sklearn.metrics import roc_auc_score

    inside = np.array([text != "oos" for text in given.references])
    return float(roc_auc_score(inside[rows], scored(given)[1][rows]))


@pytest.mark.parametrize("digits", [17, 1])
@pytest.mark.parametrize("outside", [0.02, 0.5])
def test_out_of_scope_auroc_is_scikit_learn_s(outside: float, digits: int) -> None:
    given = intents(500, outside, 0, digits)
    expected = exact_auroc(given, np.arange(500))
    assert score_of("oos_auroc", given) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rows", [300, 3000])
def test_on_resampled_rows_the_bins_cost_less_than_a_thousandth(rows: int) -> None:
    given = intents(rows, 0.2, 1)
    table = METRICS["oos_auroc"].statistics(given)
    rng = np.random.default_rng(2)
    for picks in (rng.integers(rows, size=rows) for _ in range(40)):
        found = float(METRICS["oos_auroc"].finish(table[picks].sum(axis=0)))
        assert found == pytest.approx(exact_auroc(given, picks), abs=1e-3)


def test_in_a_slice_of_other_confidence_the_bins_cost_less_than_a_thousandth() -> None:
    given = intents(2000, 0.2, 4)
    sure = scored(given)[1] > 0.75
    slices = np.flatnonzero(sure), np.flatnonzero(~sure), np.arange(0, 2000, 7)
    table = METRICS["oos_auroc"].statistics(given)
    for rows in slices:
        found = float(METRICS["oos_auroc"].finish(table[rows].sum(axis=0)))
        assert found == pytest.approx(exact_auroc(given, rows), abs=1e-3)


def test_confidence_that_says_nothing_is_chance() -> None:
    given = Answers(["a"] * 4, ["a", "a", "oos", "oos"], scores=['{"a": 0.5, "b": 0.5}'] * 4)
    assert score_of("oos_auroc", given) == 0.5


def test_resampled_rows_that_are_all_in_scope_are_chance_and_no_error() -> None:
    table = METRICS["oos_auroc"].statistics(intents(50, 0.2, 3))
    assert float(METRICS["oos_auroc"].finish(table[:0].sum(axis=0))) == 0.5


@pytest.mark.parametrize(("label", "why"), [("a", "none is out"), ("oos", "all are out")])
def test_rows_that_are_all_on_one_side_are_refused(label: str, why: str) -> None:
    given = Answers(["a"] * 2, [label] * 2, scores=['{"a": 0.9}'] * 2)
    with pytest.raises(UserError, match=rf'"oos_auroc": {why} of scope.*take the metric off'):
        score_of("oos_auroc", given)


def test_the_confusion_table_is_scikit_learn_s() -> None:
    from sklearn.metrics import confusion_matrix

    given = five_labels()
    found = confusion(given)
    assert found.labels[0] == "a"  # the most frequent first
    expected = confusion_matrix(given.references, given.predictions, labels=found.labels)
    assert found.counts.tolist() == expected.tolist()


def test_rare_labels_and_what_is_no_label_share_the_last_line_and_column() -> None:
    given = Answers(["a", "c", "?", "a", "c"], ["a", "a", "b", "b", "c"])
    found = confusion(given, most=2)
    assert found.as_dict() == {
        "labels": ["a", "b", OTHER],
        "counts": [[1, 0, 1], [1, 0, 1], [0, 0, 1]],
    }
    assert found.counts.sum() == len(given)
    worse = confusion(given.with_predictions([""] * 5), most=2)
    assert worse.labels == found.labels  # every model has the same lines


def test_the_confusion_table_of_right_answers_needs_no_other() -> None:
    found = confusion(Answers(["b", " a"], ["b", "a"]))
    assert found.as_dict() == {"labels": ["a", "b"], "counts": [[1, 0], [0, 1]]}
