"""Online DPO: whom the scores prefer, what is learnt together, and what it refuses."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.online.toy import Bandit, learner
from tests.tunesmith.online.training import phase, run, weights
from tunesmith.objectives.online_dpo import OnlineDpo
from tunesmith.online.experience import Experience, Rollout, Seen, mask_of

REWARDS = [{"kind": "length", "at_most": 1}]
CPU = torch.device("cpu")


def objective(**dials: Any) -> OnlineDpo:
    return OnlineDpo.model_validate({"rewards": REWARDS, "answers": 4, **dials})


def experience(scores: list[float]) -> Experience:
    rollouts = [Rollout([0], [action]) for action in (0, 1, 1, 2)]
    zero = torch.zeros(4, 1)
    mask = mask_of(rollouts, CPU)
    return Experience(rollouts, torch.tensor(scores), mask, Seen(zero, zero, zero), zero)


def test_odds_are_those_of_the_scores() -> None:
    found = objective().targets(experience([1.0, 0.0, 2.0, 2.0]), 0.1, lambda one: one)
    won = 1 / (1 + math.exp(-1))
    assert found.advantages.tolist() == pytest.approx([won, 1 - won, 0.5, 0.5])


def test_the_higher_score_always_wins_and_a_tie_prefers_nobody() -> None:
    found = objective(wins="higher").targets(experience([1.0, 0.9, 2.0, 2.0]), 0.1, lambda one: one)
    assert found.advantages.tolist() == [1.0, 0.0, 0.5, 0.5]


def test_both_answers_to_a_prompt_are_in_one_batch_even_where_memory_asks_for_one() -> None:
    seen: list[list[int]] = []

    class Watched(Bandit):
        def see(self, rollouts: Any, entropy_learns: bool = False) -> Seen:
            seen.append([one.answer[0] for one in rollouts])
            return super().see(rollouts, entropy_learns)

    teacher = learner(objective(), Watched(torch.tensor([0.5, 0.3, 0.2]), critic=False), 0.1)
    object.__setattr__(teacher, "batch_size", 1)
    teacher.learn(experience([1.0, 0.0, 2.0, 0.0]), 0.1, seed=0)
    assert sorted(seen) == [[0, 1], [1, 2]]


def test_batches_of_any_size_give_the_same_step() -> None:
    def learnt(rows: int, accumulation: int) -> list[float]:
        bandit = Bandit(torch.tensor([0.5, 0.3, 0.2]), critic=False)
        teacher = learner(objective(), bandit, 0.1)
        object.__setattr__(teacher, "batch_size", rows)
        object.__setattr__(teacher, "accumulation", accumulation)
        teacher.learn(experience([1.0, 0.0, 2.0, 0.0]), 0.1, seed=0)
        return bandit.logits_A.tolist()

    assert learnt(4, 1) == pytest.approx(learnt(2, 2))


@pytest.mark.parametrize(
    ("dials", "named"),
    [
        ({"clip_low": 0.1}, "clip_low"),
        ({"kl": {"kind": "fixed", "beta": 0.0}}, "kl.beta"),
        ({"answers": 3}, "groups of 2"),
    ],
)
def test_what_it_cannot_do_is_refused(dials: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        objective(**dials)


@pytest.mark.slow
def test_a_model_learns_what_the_reward_prefers(base: Path, tmp_path: Path) -> None:
    dials = phase("online_dpo", {"answers": 64, "max_new_tokens": 6}, epochs=48)
    trained = run(base, tmp_path / "rl", dials)
    told = trained.curves[trained.curves["split"] == "train"]["accuracy"]
    assert told.between(0, 1).all()
    found = trained.outcome["validation"]
    assert found["reward"] > found["reward_at_start"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights(base: Path, tmp_path: Path) -> None:
    dials = phase("online_dpo", epochs=2)
    one, other = (weights(run(base, tmp_path / name, dials)) for name in ("one", "other"))
    assert all(torch.equal(one[name], other[name]) for name in one)
