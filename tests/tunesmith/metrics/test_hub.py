"""Every metric of the registry as an `evaluate.Metric`, alone and combined, offline."""

import socket
from typing import Any

import pytest

from tests.evaluation import score_of
from tests.tunesmith.metrics.test_metrics import ZH
from tests.tunesmith.metrics.test_texts import FakeMiniLm
from tunesmith.answers import Answers
from tunesmith.metrics import METRICS
from tunesmith.metrics.metric import CLASSIFICATION, GENERATION

COLUMNS: dict[str, dict[str, list[Any]]] = {
    GENERATION: {
        "predictions": ['{"a": 1}', '{"b": [1, 2]}', "later"],
        "references": ['{"a": 1}', '{"b": [1, 3]}', '"soon"'],
        "logprobs": [-1.0, -2.0, -3.0],
        "reference_tokens": [2, 3, 1],
        "reference_bytes": [8, 13, 6],
        "rewards": [1.0, -0.5, 2.0],
    },
    CLASSIFICATION: {
        "predictions": ["a", "b", "a"],
        "references": ["a", "b", "oos"],
        "scores": ['{"a": 0.9, "b": 0.1}', '{"a": 0.2, "b": 0.8}', '{"a": 0.6, "b": 0.4}'],
    },
}


@pytest.mark.parametrize("task", COLUMNS)
def test_every_metric_is_one_of_evaluate_s_and_can_be_combined_offline(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import evaluate

    from tunesmith.metrics.hub import as_evaluate

    def no_network(*args: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr("tunesmith.text.embed.MiniLmEmbedder", FakeMiniLm)
    names = [name for name, metric in METRICS.items() if task in metric.tasks]
    parts = [as_evaluate(name, resamples=100) for name in names]
    together = evaluate.combine(parts).compute(**COLUMNS[task])
    for name, part in zip(names, parts, strict=True):
        own = {column: COLUMNS[task][column] for column in METRICS[name].inputs}
        assert part.compute(**own)[name] == together[name]
        assert together[f"{name}_low"] <= together[name] <= together[f"{name}_high"]
        assert together[f"{name}_stderr"] >= 0
        assert together[f"{name}_n"] == 3


def test_ours_and_evaluate_s_form_agree() -> None:
    from tunesmith.metrics.hub import as_evaluate

    for name in ("rouge_lsum", "bleu"):
        found = as_evaluate(name, resamples=100).compute(predictions=ZH[0], references=ZH[1])
        assert found[name] == pytest.approx(score_of(name, Answers(*ZH, ["zh"] * 5)))


def test_evaluate_s_form_takes_probabilities_and_log_probabilities() -> None:
    from tunesmith.metrics.hub import as_evaluate

    ece = as_evaluate("ece", resamples=100).compute(scores=['{"a": 0.8}'], references=["a"])
    assert ece["ece"] == pytest.approx(0.2)
    logprob = as_evaluate("logprob", resamples=100)
    assert logprob.compute(logprobs=[-4.0], reference_tokens=[2])["logprob"] == -2.0


def test_the_confusion_table_is_scikit_learn_s_and_can_be_combined() -> None:
    import evaluate
    from sklearn.metrics import confusion_matrix

    from tunesmith.metrics.hub import as_evaluate

    given = {"predictions": ["a", "b", "a", "c"], "references": ["a", "b", "c", "a"]}
    confusion = as_evaluate("confusion")
    found = confusion.compute(**given)
    table = found["confusion"]
    assert table["labels"] == ["a", "b", "c"]
    assert table["counts"] == confusion_matrix(given["references"], given["predictions"]).tolist()
    accuracy = as_evaluate("accuracy", resamples=100)
    together = evaluate.combine([accuracy, confusion]).compute(**given)
    assert together == {**found, **accuracy.compute(**given)}


def test_a_metric_that_is_not_known_is_an_error() -> None:
    from tunesmith.metrics.hub import as_evaluate

    with pytest.raises(KeyError):
        as_evaluate("blue")
