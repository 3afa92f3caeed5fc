"""The validation curve is read as the training prints it."""

from types import SimpleNamespace
from typing import get_args

import pytest

from tunesmith.search.curve import WORDS, Point, point
from tunesmith.training.callbacks import MEASURED, Progress
from tunesmith.training.scores import BestBy


def printed(capsys: pytest.CaptureFixture[str], logs: dict[str, float], step: int = 82) -> str:
    state = SimpleNamespace(
        global_step=step,
        max_steps=164,
        epoch=step / 164,
        num_input_tokens_seen=1000,
        is_world_process_zero=True,
    )
    callback = Progress("sft")
    callback.on_train_begin(None, state, None)
    callback.on_log(None, state, None, logs=logs)
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize("metric", sorted(WORDS))
def test_what_progress_prints_of_each_metric_is_read(
    metric: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = printed(capsys, {"eval_loss": 0.25, f"eval_{metric}": 0.125})
    assert point(line, "sft", metric) == Point(50, 0.125, False)
    assert point(line, "dpo", metric) is None


def test_the_last_evaluation_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    line = printed(capsys, {"eval_loss": 0.25}, step=164)
    assert point(line, "sft", "loss") == Point(100, 0.25, True)


def test_a_training_loss_is_no_point_of_the_curve(capsys: pytest.CaptureFixture[str]) -> None:
    assert point(printed(capsys, {"loss": 0.5}), "sft", "loss") is None


def test_a_metric_that_is_not_measured_gives_no_point(capsys: pytest.CaptureFixture[str]) -> None:
    assert point(printed(capsys, {"eval_loss": 0.5}), "sft", "accuracy") is None


def test_every_metric_that_a_best_is_chosen_by_is_printed_and_read() -> None:
    chosen = set(get_args(BestBy)) - {"loss", "reward"}
    assert set(WORDS) == chosen | {"loss"}
    assert {f"eval_{name}" for name in chosen} <= set(MEASURED)


def test_a_reward_has_no_curve_that_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert point(printed(capsys, {"eval_loss": 0.5}), "sft", "reward") is None
