"""What a run tells of each row, of the model that made it, and of its cost."""

import json
import math
from pathlib import Path

import pytest

from tests.tiny import chat_row, label_row, text_row
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction import forms
from tunesmith.prediction.cost import _sizes, measure_cost
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict

PARAMS = PredictParams(batch_size=4, max_new_tokens=5, latency_requests=0)


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def labelling_base(tiny_encoder: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_encoder))).write(tmp_path / "base")
    return tmp_path / "base"


def test_plain_text_among_questions_is_scored_and_not_answered(base: Path) -> None:
    rows = [chat_row(0, "q", "a"), text_row(1, "一段文字 and some words"), chat_row(2, "qq", "a")]
    table = predict(base, rows, PARAMS, 0).table
    assert table["prediction"][1] == ""
    assert table["logprob"][1] < 0
    assert table["reference_bytes"].tolist() == [1, len("一段文字 and some words".encode()), 1]
    assert math.isnan(table["generated_tokens"][1])


def test_bytes_are_those_of_the_text_that_the_limit_left(base: Path) -> None:
    short = PARAMS.model_copy(update={"max_length": 8})
    rows = [text_row(0, "w" * 40), text_row(1, "w"), text_row(2, "w" * 6)]
    table = predict(base, rows, short, 0).table
    assert table["reference_bytes"].tolist() == [7, 1, 6]  # a token stands before the text
    assert table["truncated"].tolist() == [True, False, False]  # 6 and the end just fit


def test_every_token_of_a_text_is_scored(base: Path) -> None:
    table = predict(base, [text_row(0, "ab"), text_row(1, "订")], PARAMS, 0).table
    assert table["reference_tokens"].tolist() == [3, 4]  # bytes, and the end


def test_a_reference_is_scored_behind_the_prompt_that_was_shown(base: Path) -> None:
    """What a long prompt loses is its beginning, for the reference as for the answer."""
    short = PARAMS.model_copy(update={"max_length": 20})
    rows = [chat_row(0, "p" * 100 + "q" * 30, "yes"), chat_row(1, "q" * 30, "yes")]
    table = predict(base, rows, short, 0).table
    assert table["reference_tokens"].tolist() == [4, 4]
    assert table["reference_bytes"].tolist() == [3, 3]
    assert table["logprob"][0] == pytest.approx(table["logprob"][1], abs=1e-4)


def test_a_text_that_just_fits_is_not_cut(labelling_base: Path) -> None:
    rows = [label_row(0, "x" * 9, "n"), label_row(1, "x" * 8, "y"), label_row(2, "x", "n")]
    table = predict(labelling_base, rows, PARAMS.model_copy(update={"max_length": 8}), 0).table
    assert table["truncated"].tolist() == [True, False, False]


def test_a_timed_request_does_only_what_a_server_does(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a server scores nothing")

    timed = PARAMS.model_copy(update={"latency_requests": 2})
    rows = [chat_row(i, "q" * i, "a") for i in range(4)]
    loaded = load(base, "chat", [])
    monkeypatch.setattr(forms, "reference_logprobs", refused)
    assert measure_cost(loaded, rows, "chat", timed)["latency_requests"] == 2


def test_a_prompt_that_lost_its_beginning_is_marked(base: Path) -> None:
    rows = [chat_row(0, "q" * 60, "a"), chat_row(1, "q", "a")]
    table = predict(base, rows, PARAMS.model_copy(update={"max_length": 40}), 0).table
    assert table["truncated"].tolist() == [True, False]


def test_the_models_own_answers_are_scored_too(base: Path) -> None:
    table = predict(base, [chat_row(0, "q", "a")], PARAMS, 0).table
    assert table["answer_logprob"][0] < 0
    assert table["answer_logprob"][0] / table["generated_tokens"][0] > math.log(1 / 300)


def test_logits_and_probabilities_of_the_labels_belong_together(labelling_base: Path) -> None:
    rows = [label_row(i, "x" * (i + 1), "ny"[i % 2]) for i in range(4)]
    line = predict(labelling_base, rows, PARAMS, 0).table.iloc[0]
    logits, scores = json.loads(line["logits"]), json.loads(line["scores"])
    whole = sum(math.exp(value) for value in logits.values())
    expected = {label: math.exp(value) / whole for label, value in logits.items()}
    assert scores == pytest.approx(expected)


def test_labels_of_other_sets_give_a_base_no_head(labelling_base: Path) -> None:
    rows = [{**label_row(i, "x", "ny"[i % 2]), "split": "test"} for i in range(4)]
    rows.append({**label_row(9, "z", "oos"), "split": "ood:far"})
    assert set(json.loads(predict(labelling_base, rows, PARAMS, 0).table["scores"][4])) == {
        "n",
        "y",
    }


def test_the_hashes_of_model_template_and_tokenizer_are_told(base: Path) -> None:
    made_by = predict(base, [chat_row(0, "q", "a")], PARAMS, 0).made_by
    assert made_by.pop("phase") == ""
    assert set(made_by) == {"model_sha256", "base", "template_sha256", "tokenizer_sha256"}
    assert all(len(digest) == 64 for digest in made_by.values())


def test_latency_and_the_best_batch_are_measured(base: Path) -> None:
    timed = PARAMS.model_copy(update={"latency_requests": 3})
    cost = predict(base, [chat_row(i, "q" * i, "a") for i in range(6)], timed, 0).efficiency
    low, middle, high = (cost[f"latency_p{q}_seconds"] for q in (50, 95, 99))
    assert 0 < low <= middle <= high
    assert cost["latency_requests"] == 3
    assert sorted(cost["latencies_seconds"])[1] == low
    assert cost["best_batch_size"] in (1, 4)
    assert cost["best_rows_per_second"] > 0


def test_no_clock_is_read_where_no_request_is_wanted(base: Path) -> None:
    cost = predict(base, [chat_row(0, "q", "a")], PARAMS, 0).efficiency
    assert not any(name.startswith(("latency", "best")) for name in cost)
    assert cost["peak_memory_bytes"] > 0


def test_batches_grow_to_the_one_that_is_set() -> None:
    assert list(_sizes(64)) == [4, 16, 64]
    assert list(_sizes(20)) == [4, 16, 20]
    assert list(_sizes(1)) == []
