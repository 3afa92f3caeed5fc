"""A tiny model learns by reinforcement, repeats, goes on where it stopped, and stops in time."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import chat_row, text_row
from tests.tunesmith.online.training import ROWS, phase, run, weights
from tunesmith.errors import UserError
from tunesmith.online.learner import Learner
from tunesmith.training.checkpoints import by_step
from tunesmith.training.run import Trained

pytestmark = pytest.mark.slow
KILLED = {  # epochs, the step in which it is killed, the checkpoint before
    "ppo": (4, 3, 2),
    "grpo": (1.6, 7, 5),
    "rloo": (1.6, 7, 5),
    "online_dpo": (3.2, 7, 4),
}


@pytest.mark.parametrize("kind", KILLED)
def test_a_run_that_is_killed_in_a_step_ends_with_the_same_bytes(
    kind: str, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs, killed_in, kept = KILLED[kind]
    kl = {"kind": "adaptive", "horizon": 50}
    dials = phase(kind, {"kl": kl}, epochs=epochs)
    whole = run(base, tmp_path / "whole" / "rl", dials)
    learn, left = Learner.learn, [killed_in]

    def killed(self: Learner, *args: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return learn(self, *args)

    stopped = tmp_path / "stopped" / "rl"
    monkeypatch.setattr(Learner, "learn", killed)
    with pytest.raises(KeyboardInterrupt):
        run(base, stopped, dials)
    assert [path.name for path in by_step(stopped)] == [f"checkpoint-{kept}"]
    again = run(base, stopped, dials)
    assert again.curves.equals(whole.curves)
    assert again.outcome == whole.outcome
    assert all(torch.equal(weights(again)[n], w) for n, w in weights(whole).items())


def test_the_reward_of_validation_prompts_rises_and_curves_say_how(
    base: Path, tmp_path: Path
) -> None:
    dials = phase("grpo", {"answers": 32, "group": 8, "max_new_tokens": 6}, epochs=7)
    trained = run(base, tmp_path / "rl", dials)
    found = trained.outcome["validation"]
    assert found["reward"] >= found["reward_at_start"] + 0.25
    live = (tmp_path / "rl" / "curves.csv").read_text().splitlines()
    assert len(live) == 1 + len(trained.curves)
    numbers = ("kl", "entropy", "reward", "clip_fraction", "length", "loss", "grad_norm")
    steps = trained.curves.query("split == 'train'")
    assert not steps[list(numbers)].isna().any().any()


def test_an_adapter_learns_and_its_base_is_left_as_it_was(base: Path, tmp_path: Path) -> None:
    always = {"rewards": [{"kind": "pattern", "expression": ""}], "value_learning_rate": 0.1}
    dials = phase("ppo", always, method={"kind": "lora", "r": 2, "alpha": 4})
    trained = run(base, tmp_path / "rl", dials)
    steps = trained.curves.query("split == 'train'")
    assert steps["kl"].iloc[0] == 0  # the policy is the reference before its first step
    assert steps["value_loss"].iloc[-1] < steps["value_loss"].iloc[0] / 4
    names = {name for name, w in trained.model.named_parameters() if w.requires_grad}
    assert names
    assert all("lora_" in name for name in names)


def test_smaller_batches_give_the_same_answers_and_nearly_the_same_weights(
    base: Path, tmp_path: Path
) -> None:
    one = run(base, tmp_path / "one" / "rl", phase(epochs=1.4))
    dials = phase(epochs=1.4, per_device_batch_size=2, gradient_accumulation_steps=2)
    two = run(base, tmp_path / "two" / "rl", dials)
    for column in ("reward", "length"):
        assert one.curves[column].tolist() == two.curves[column].tolist()
    assert near(one, two, 2e-4)


def test_activations_that_are_computed_twice_change_nothing(base: Path, tmp_path: Path) -> None:
    dials = {"epochs": 0.7, "method": {"kind": "lora", "r": 2, "alpha": 4, "dropout": 0.5}}
    one = run(base, tmp_path / "one" / "rl", phase(**dials))
    two = run(base, tmp_path / "two" / "rl", phase(**dials, activation_checkpointing=True))
    assert near(one, two, 1e-6)


def near(one: Trained, two: Trained, distance: float) -> bool:
    pairs = ((w, weights(two)[name]) for name, w in weights(one).items())
    return all(torch.allclose(w, other, atol=distance) for w, other in pairs)


@pytest.mark.parametrize(
    ("band", "words"),
    [
        ({"max_kl": 0.01}, r"rl: stopped at step \d+: KL .* is above max_kl \(0.01\); lower"),
        ({"min_entropy": 9.0}, r"entropy .* is below min_entropy \(9\)"),
        ({"max_entropy": 0.1}, r"entropy .* is above max_entropy \(0.1\)"),
    ],
)
def test_it_stops_where_it_leaves_a_band(
    band: dict[str, float], words: str, base: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=words):
        run(base, tmp_path / "rl", phase(objective=band, learning_rate=0.03))


def test_equal_rewards_are_told_of(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewards = [{"kind": "pattern", "expression": "no such answer"}]
    run(base, tmp_path / "rl", phase("rloo", {"rewards": rewards}, epochs=1))
    told = re.findall("rl: all answers of the last 5 steps score 0: .*", capsys.readouterr().out)
    assert len(told) == 1


def test_a_signal_is_answered_with_a_checkpoint(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import os
    import signal

    learn = Learner.learn

    def asked(self: Learner, *args: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return learn(self, *args)

    monkeypatch.setattr(Learner, "learn", asked)
    with pytest.raises(SystemExit) as ended:
        run(base, tmp_path / "rl", phase())
    assert ended.value.code == 143
    assert "rl: stopped after step 1; the next run goes on there" in capsys.readouterr().out
    assert [path.name for path in by_step(tmp_path / "rl")] == ["checkpoint-1"]


def test_prompts_beyond_the_context_are_left_out_and_named(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*ROWS, chat_row(40, "long " * 20, "x")]
    trained = run(base, tmp_path / "rl", phase(epochs=0.7), rows)
    told = capsys.readouterr().out
    assert "1 of 13 train prompts are longer than the 29 tokens that max_length leaves" in told
    assert "first toy.jsonl:41; they are left out" in told
    assert trained.outcome["prompts"] == {"train": 12, "validation": 4}


@pytest.mark.parametrize(
    ("rows", "changes", "words"),
    [
        ([text_row(1, "no prompt")], {}, "do not fit a phase of task prompt"),
        ([chat_row(1, "long " * 20, "x")], {}, "Raise phases.<name>.max_length"),
        (ROWS, {"max_length": 3}, "leave no room for a prompt beside max_new_tokens, 3"),
        (ROWS, {"packing": True}, r"phases.rl.packing: reinforcement does not look at it"),
        (ROWS, {"layers": 1}, r"phases.rl.layers: reinforcement does not look at it"),
        (ROWS, {"reservoir": 9}, r"phases.rl.reservoir: reinforcement does not look at it"),
        (ROWS, {"only": {"lang": "zh"}}, r"phases.rl.only: no row of train meets it; there are"),
        (ROWS, {"method": {"kind": "prompt", "tokens": 2}}, "puts virtual tokens before a prompt"),
    ],
)
def test_what_cannot_be_done_is_refused(
    rows: list[dict[str, Any]], changes: dict[str, Any], words: str, base: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=words):
        run(base, tmp_path / "rl", phase(**changes), rows)
