"""Rules of auto mode: every dial has its reason, and every choice is one that params.yaml takes."""

from typing import Any

import pytest

from tunesmith.auto.facts import Facts
from tunesmith.auto.rules import choose, dials_of, rate_of, rivals
from tunesmith.errors import UserError
from tunesmith.training.params import Phase

YES, NO = {"fit": "yes"}, {"fit": "no"}


def facts(**more: Any) -> Facts:
    fits = {"lora": YES, "qlora": YES, "full": YES, "freeze": YES} | more.pop("fits", {})
    told = {
        "task": "chat",
        "rows": 5_000,
        "mean_tokens": 100,
        "weights": 1_000_000_000,
        "device": "cpu",
        "gpu": False,
    }
    return Facts.model_validate({**told, **more, "fits": fits})


def chosen(**more: Any) -> dict[str, Any]:
    return dials_of(choose(facts(**more)))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"rows": 50, "mean_tokens": 20},
        {"rows": 2_000_000, "mean_tokens": 900},
        {"task": "classification", "commonest": 9.0},
        {"gpu": True, "fits": {"lora": NO, "full": NO}},
        {"fits": {"lora": {"fit": "smaller", "rows": 2, "accumulation": 8, "checkpointing": True}}},
        {"gpu": True, "fits": {"lora": {"fit": "smaller", "pack_tokens": 512}, "qlora": NO}},
        {"weights": 1_040_000},
    ],
)
def test_every_candidate_is_a_phase_and_every_dial_has_a_reason(more: dict[str, Any]) -> None:
    found = facts(**more)
    reasons = choose(found)
    assert all(one.why for one in reasons)
    for one in rivals(found, reasons):
        Phase.model_validate({"from": "base", "with": "base", "task": found.task, **one.dials})


def test_fewer_rows_are_gone_through_oftener_and_more_tokens_get_a_higher_rank() -> None:
    few, many = chosen(rows=200), chosen(rows=900_000)
    assert few["epochs"] > many["epochs"]
    assert few["method"]["r"] < many["method"]["r"]


def test_small_models_learn_at_a_higher_rate_and_all_weights_at_a_lower() -> None:
    assert rate_of(facts(), "lora") == 2e-4
    assert rate_of(facts(weights=1_000_000), "lora") > 1e-3
    assert rate_of(facts(), "full") == pytest.approx(rate_of(facts(), "lora") / 10)


def test_the_new_head_of_a_classifier_is_not_thrown_about_however_small_the_model() -> None:
    small = facts(task="classification", weights=1_000_000)
    assert rate_of(small, "lora") == rate_of(small, "qlora") == 1e-3
    assert rate_of(small, "full") == rate_of(facts(weights=1_000_000), "full")
    assert rate_of(facts(task="classification"), "lora") == 2e-4
    [why] = [one.why for one in choose(small) if one.dial == "learning_rate"]
    assert "a classifier none above 0.001" in why


def test_what_does_not_fit_is_taken_in_4_bits_and_then_refused() -> None:
    assert chosen(gpu=True, fits={"lora": NO})["method"]["kind"] == "qlora"
    with pytest.raises(UserError, match="neither LoRA nor a base in 4 bits fits cpu"):
        chosen(fits={"lora": NO, "qlora": NO})


def test_memory_decides_the_batch() -> None:
    fit = {"fit": "smaller", "rows": 2, "accumulation": 8, "checkpointing": True}
    found = chosen(fits={"lora": fit})
    assert found["per_device_batch_size"] == 2
    assert found["gradient_accumulation_steps"] == 8
    assert found["activation_checkpointing"]


def test_uneven_classes_are_weighted() -> None:
    assert "class_weights" not in chosen(task="classification", commonest=2.0)
    assert chosen(task="classification", commonest=9.0)["class_weights"] == "balanced"


def test_a_rival_that_does_not_fit_does_not_race() -> None:
    names = [
        [one.name for one in rivals(f, choose(f))] for f in (facts(), facts(fits={"full": NO}))
    ]
    assert names == [["rules", "slower", "wider", "full"], ["rules", "slower", "wider"]]
