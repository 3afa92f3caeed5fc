"""What is told while training runs."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tunesmith.training.test_watch import history
from tunesmith.errors import UserError
from tunesmith.training.callbacks import Progress, StopOnBrokenLoss, TellOfLosses


def state(**changes: Any) -> Any:
    usual = {
        "global_step": 30,
        "max_steps": 100,
        "epoch": 0.3,
        "num_input_tokens_seen": 8000,
        "is_world_process_zero": True,
    }
    return SimpleNamespace(**{**usual, **changes})


def progress(monkeypatch: pytest.MonkeyPatch, logs: dict[str, float], **changes: Any) -> None:
    """Log once, 4 s after a resumed run began at step 10 with 2,000 tokens."""
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    told = Progress("sft")
    told.on_train_begin(None, state(global_step=10, num_input_tokens_seen=2000), None)
    clock[0] += 4.0
    told.on_log(None, state(**changes), None, logs)


def test_a_line_has_step_loss_speed_memory_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = "tunesmith.training.callbacks.peak_compute_memory_bytes"
    monkeypatch.setattr(memory, lambda: 2_340_000_000)
    progress(monkeypatch, {"loss": 1.25})
    assert capsys.readouterr().out == (
        "sft: step 30/100, epoch 0.30, loss 1.2500, 1,500 tokens/s, 2.34 GB at most, 14 s left\n"
    )


def test_an_evaluation_tells_all_that_was_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = {"eval_loss": 0.5, "eval_accuracy": 0.75, "eval_macro_f1": 0.7}
    progress(monkeypatch, measured)
    assert "validation loss 0.5000, accuracy 0.7500, macro-F1 0.7000, " in capsys.readouterr().out


@pytest.mark.parametrize(("steps", "words"), [(3_000, "10 min left"), (200_000, "11.1 h left")])
def test_a_long_time_is_told_in_minutes_or_hours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], steps: int, words: str
) -> None:
    progress(monkeypatch, {"loss": 1.0}, max_steps=steps + 30)
    assert words in capsys.readouterr().out


def test_what_has_no_loss_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress(monkeypatch, {"train_runtime": 3.0})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("logs", "name"),
    [({"loss": float("nan")}, "the loss is nan"), ({"eval_loss": float("inf")}, "validation loss")],
)
def test_a_broken_loss_stops_at_its_step(logs: dict[str, float], name: str) -> None:
    with pytest.raises(UserError, match=rf"{name}.* at step 30; lower .*learning_rate"):
        StopOnBrokenLoss().on_log(None, state(), None, logs)


def test_over_fitting_and_divergence_are_each_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = TellOfLosses("sft")
    seen = history([3, 2, 1, 0.5, 0.4, 5, 6, 7], [3, 2, 2.1, 2.3, 2.6, 2.7, 2.8, 2.9])
    for end in range(1, len(seen) + 1):
        told.on_log(None, state(log_history=seen[:end], best_global_step=20), None)
    assert capsys.readouterr().out.splitlines() == [
        "sft: validation loss rises while training loss falls since step 20: over-fitting; "
        "the best checkpoint is step 20",
        "sft: loss 2.9750 at step 80 is 3.1 times its lowest, 0.9750: diverging; lower "
        "learning_rate",
    ]
