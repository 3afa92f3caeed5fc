"""Phases form a chain that begins at the base model."""

from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.training.params import read_phase

PHASES = """
phases:
  sft: {{from: base, with: base, task: chat, method: {{kind: lora}}, learning_rate: 1.0e-3}}
  next: {{from: {start}, with: base, task: chat, method: {{kind: {kind}}}, learning_rate: 1.0e-3}}
"""


def write(folder: Path, start: str = "sft", kind: str = "lora") -> Path:
    path = folder / "params.yaml"
    path.write_text(PHASES.format(start=start, kind=kind))
    return path


def test_a_phase_may_start_from_another(tmp_path: Path) -> None:
    assert read_phase("next", write(tmp_path)).starts_from == "sft"


def test_a_phase_that_starts_from_nothing_names_those_that_exist(tmp_path: Path) -> None:
    expected = r'params\.yaml:4: phases\.next\.from: no phase "reward"; known: base, champion, sft'
    with pytest.raises(UserError, match=expected):
        read_phase("next", write(tmp_path, start="reward"))


def test_a_phase_cannot_start_from_itself(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='no phase "next"'):
        read_phase("next", write(tmp_path, start="next"))


def test_phases_in_a_circle_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("sft: {from: base", "sft: {from: next"))
    with pytest.raises(UserError, match=r'phases\.sft\.from: "next" itself needs "sft"'):
        read_phase("sft", path)


@pytest.mark.parametrize("name", ["base", "champion"])
def test_a_phase_cannot_take_the_folder_of_another_stage(tmp_path: Path, name: str) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("next:", f"{name}:"))
    with pytest.raises(UserError, match=f":4: phases.{name}: models/{name} is not a phase's"):
        read_phase("sft", path)


def test_an_unknown_method_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="phases.next.method.*'full'.*'lora'"):
        read_phase("next", write(tmp_path, kind="magic"))


def test_an_unknown_phase_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='no phase "ppo"; phases: sft, next'):
        read_phase("ppo", write(tmp_path))


@pytest.mark.parametrize(
    ("dials", "expected"),
    [
        ("cycles: 3", "cycles: not a dial of cosine, but of cosine_with_restarts"),
        ("power: 2, schedule: linear", "power: not a dial of linear, but of polynomial"),
        ("min_lr_ratio: 0", "min_lr_ratio: not a dial of cosine, but of cosine_with_min_lr, poly"),
        ("label_smoothing: 0.1", "label_smoothing: only a phase of task classification"),
        ("class_weights: balanced", "class_weights: only a phase of task classification"),
        ("best_by: accuracy", "best_by: accuracy is not measured .* chat; known: loss, token_acc"),
        ("best_by: speed", "best_by: Input should be 'loss', 'accuracy', 'macro_f1'"),
        ("schedule: greedy", "schedule: Input should be 'linear', .*'warmup_stable_decay'"),
    ],
)
def test_a_dial_that_the_phase_would_not_look_at_is_refused(
    tmp_path: Path, dials: str, expected: str
) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("  next: {", f"  next: {{{dials}, "))
    with pytest.raises(UserError, match=rf"params\.yaml:4: phases\.next\.{expected}"):
        read_phase("next", path)


def test_dials_that_say_the_usual_are_accepted(tmp_path: Path) -> None:
    path = write(tmp_path)
    usual = "class_weights: none, label_smoothing: 0, cycles: null"
    path.write_text(path.read_text().replace("  next: {", f"  next: {{{usual}, "))
    assert read_phase("next", path).class_weights == "none"


@pytest.mark.parametrize(
    ("task", "dial", "chosen"),
    [
        ("chat", "null", "loss"),
        ("chat", "token_accuracy", "token_accuracy"),
        ("classification", "null", "accuracy"),
        ("classification", "macro_f1", "macro_f1"),
        ("classification", "loss", "loss"),
    ],
)
def test_the_best_checkpoint_is_chosen_by_what_fits_the_task(
    tmp_path: Path, task: str, dial: str, chosen: str
) -> None:
    path = write(tmp_path)
    text = path.read_text().replace("  next: {", f"  next: {{best_by: {dial}, ")
    path.write_text(text.replace("task: chat", f"task: {task}"))
    assert read_phase("next", path).chosen_by == chosen


FOLLOWS = """
phases:
  ppo:
    {{from: base, with: {partner}, task: prompt, method: {{kind: lora}}, learning_rate: 1.0e-3,
     objective: {{kind: ppo, rewards: [{{kind: {reward}, at_most: 9}}]}}}}
"""


def test_a_reward_of_a_model_needs_a_phase_that_trains_one(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(FOLLOWS.format(partner="base", reward="length"))
    assert read_phase("ppo", path).chosen_by == "reward"
    path.write_text(FOLLOWS.format(partner="base", reward="model").replace(", at_most: 9", ""))
    with pytest.raises(UserError, match=r':4: phases\.ppo\.with: "base" is no phase of task rew'):
        read_phase("ppo", path)
