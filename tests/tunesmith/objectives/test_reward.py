"""A reward model gives the better answer more, says how well on held-out pairs, and loads again."""

from pathlib import Path

import pytest

from stages.train import save
from tests.tunesmith.methods.trying import MADE_FROM, phase, try_out
from tests.tunesmith.objectives.preferring import PAIRS, preferring
from tunesmith.errors import UserError
from tunesmith.export.run import export
from tunesmith.models.load import load
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.training.run import train


@pytest.mark.slow
@pytest.mark.parametrize("method", [{"kind": "lora", "r": 4}, {"kind": "full"}])
def test_a_reward_model_learns_the_pairs_and_scores_text(
    base: Path, tmp_path: Path, method: dict[str, object]
) -> None:
    dials = {"task": "reward", "learning_rate": 0.01, "epochs": 3}
    one = phase(method, objective={"kind": "reward"}, **dials)
    trained = train(one, base, PAIRS, PAIRS[:6], tmp_path / "rm", seed=0)
    assert trained.outcome["held_out"]["accuracy"]["value"] == 1
    assert trained.curves.iloc[-1]["accuracy"] == 1
    save(trained, one, {**MADE_FROM, "settings": {"max_length": 128}}, "rm", tmp_path / "model")
    judge = RewardModel.read(tmp_path / "model")
    prompts = [row["prompt"] for row in PAIRS]
    better, worse = (
        judge.score(prompts, [row[side][0]["content"] for row in PAIRS])
        for side in ("chosen", "rejected")
    )
    assert all(a > b for a, b in zip(better, worse, strict=True))
    with pytest.raises(UserError, match="a model of task reward answers nothing that could be"):
        predict(tmp_path / "model", PAIRS, PredictParams(batch_size=4, max_new_tokens=4), 0)
    with pytest.raises(UserError, match="a reward model, whose head no export compares yet"):
        export(tmp_path / "model", tmp_path / "out", PAIRS, 4, 0)
    with pytest.raises(UserError, match='"rm" is a reward model: it gives answers a number'):
        load(tmp_path / "model", "chat", [])


@pytest.mark.slow
def test_a_reward_model_goes_on_from_an_adapter_that_answers(base: Path, tmp_path: Path) -> None:
    lora = {"kind": "lora", "r": 4}
    sft = try_out(base, tmp_path, lora)
    trained = preferring(
        sft.folder, tmp_path / "rm", {"kind": "reward"}, task="reward", method=lora, epochs=1
    )
    assert "score" in trained.model.peft_config["default"].modules_to_save


def test_what_is_no_reward_model_is_refused(base: Path) -> None:
    with pytest.raises(UserError, match="no reward model; train one in a phase of task reward"):
        RewardModel.read(base)
