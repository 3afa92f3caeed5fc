"""The losses and numbers of GRPO, RLOO and online DPO are those of TRL on the same batch."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tunesmith.objectives.base.online import Share
from tunesmith.objectives.grpo import Grpo
from tunesmith.objectives.online_dpo import OnlineDpo
from tunesmith.objectives.rloo import Rloo
from tunesmith.online.experience import Experience, Rollout, Seen, mask_of

LENGTHS = [5, 2, 4, 1]
REWARDS = [{"kind": "length", "at_most": 3}]
BETA = 0.07


def batch() -> tuple[Experience, torch.Tensor]:
    """Return four answers to two prompts, and how likely they are now."""
    generator = torch.Generator().manual_seed(3)
    rollouts = [Rollout([1, 2], list(range(length))) for length in LENGTHS]
    mask = mask_of(rollouts, torch.device("cpu"))
    now, old, reference = ((-torch.rand(4, 5, generator=generator) * 2) * mask for _ in range(3))
    seen = Seen(old, torch.zeros_like(old), torch.zeros_like(old))
    scores = torch.tensor([1.0, 3.0, -1.0, 0.5])
    return Experience(rollouts, scores, mask, seen, reference), now.requires_grad_()


def ours(objective: Any) -> tuple[torch.Tensor, torch.Tensor]:
    experience, now = batch()
    targets = objective.targets(experience, BETA, lambda one: one)
    seen = Seen(now, torch.zeros_like(now), torch.zeros_like(now))
    share = Share(tokens=sum(LENGTHS), answers=len(LENGTHS))
    loss = objective.loss(seen, experience, targets, share, BETA).whole
    return loss.detach(), torch.autograd.grad(loss, now)[0]


def theirs(trainer: Any, inputs: dict[str, Any], **dials: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Ask TRL's method with as much of a trainer as it looks at."""
    experience, now = batch()
    ones = torch.ones(4, 2, dtype=torch.long)
    inputs = {
        "prompt_ids": ones,
        "prompt_mask": ones,
        "completion_ids": torch.zeros(4, 5, dtype=torch.long),
        "completion_mask": experience.mask.long(),
        "num_items_in_batch": experience.mask.sum(),
        **inputs,
    }
    reached = SimpleNamespace(
        model=SimpleNamespace(training=False),
        accelerator=SimpleNamespace(
            num_processes=1, gather=lambda one: one, reduce=lambda one, reduction: one
        ),
        args=SimpleNamespace(delta=None, use_bias_correction_kl=False),
        _metrics={"eval": defaultdict(list)},
        _get_per_token_logps_and_entropies=lambda *_, **__: (now, torch.zeros(4, 5), None),
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level="token",
        epsilon_low=0.2,
        epsilon_high=0.2,
        use_vllm=False,
        beta=BETA,
        _entropy_bonus_enabled=False,
        **dials,
    )
    loss = trainer._compute_loss(reached, None, inputs)
    return loss.detach(), torch.autograd.grad(loss, now)[0]


@pytest.mark.parametrize(("mean_of", "loss_type"), [("tokens", "dapo"), ("answers", "grpo")])
def test_grpo(mean_of: str, loss_type: str) -> None:
    from trl import GRPOTrainer

    objective = Grpo.model_validate({"rewards": REWARDS, "group": 2, "mean_of": mean_of})
    experience, _ = batch()
    pairs = experience.scores.view(2, 2)
    advantages = (pairs - pairs.mean(1, keepdim=True)) / (pairs.std(1, keepdim=True) + 1e-4)
    inputs = {
        "advantages": advantages.view(-1),
        "old_per_token_logps": experience.old.logprobs,
        "ref_per_token_logps": experience.reference,
    }
    same(ours(objective), theirs(GRPOTrainer, inputs, loss_type=loss_type))


def test_rloo() -> None:
    from trl import RLOOTrainer

    experience, _ = batch()
    distance = (experience.old.logprobs - experience.reference).sum(1)
    pairs = (experience.scores - BETA * distance).view(2, 2)
    inputs = {
        "advantages": (pairs - pairs.flip(1)).view(-1),
        "old_logps": experience.old.logprobs.sum(1),
    }
    objective = Rloo.model_validate({"rewards": REWARDS, "group": 2})
    same(ours(objective), theirs(RLOOTrainer, inputs))


@pytest.mark.parametrize("kind", ["sigmoid", "ipo"])
def test_online_dpo(kind: str) -> None:
    dials = {"rewards": REWARDS, "wins": "higher", "loss_kind": kind}
    same(ours(OnlineDpo.model_validate(dials)), online_dpo_of_trl(kind))


def online_dpo_of_trl(kind: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Ask TRL, whose batch has the first answers to all prompts, then the second ones."""
    from trl.experimental.online_dpo import OnlineDPOTrainer

    experience, now = batch()
    order = torch.tensor([0, 2, 1, 3])
    ones, seen = torch.ones(2, 2, dtype=torch.long), []
    logprobs = {"policy": now[order], "start": experience.reference[order]}
    made = (ones, ones, torch.ones(4, 5, dtype=torch.long), experience.mask[order].long(), None)
    reached = SimpleNamespace(
        args=SimpleNamespace(
            **{"use_vllm": False, "missing_eos_penalty": None, "loss_type": kind, "n_gpu": 1},
            **{"torch_empty_cache_steps": None, "optim": None, "gradient_accumulation_steps": 1},
        ),
        state=SimpleNamespace(global_step=0),
        _generate=lambda *_: made,
        _forward=lambda model, *_: logprobs[model if isinstance(model, str) else "policy"],
        _calculate_rewards_from_functions=lambda **_: experience.scores[order],
        eos_token_ids=[2],
        ref_model="start",
        reward_funcs=[None],
        processing_class=SimpleNamespace(batch_decode=lambda *_, **__: [""] * 4),
        accelerator=SimpleNamespace(gather_for_metrics=lambda one: one, backward=seen.append),
        stats=defaultdict(list),
        beta=BETA,
    )
    model = SimpleNamespace(train=lambda: None)
    OnlineDPOTrainer.training_step(reached, model, {"prompt": ["one", "two"]})
    return seen[0].detach(), torch.autograd.grad(seen[0], now)[0]


def same(one: tuple[torch.Tensor, ...], other: tuple[torch.Tensor, ...]) -> None:
    for mine, its in zip(one, other, strict=True):
        assert torch.allclose(mine, its, atol=1e-6)
    assert one[1].abs().sum() > 0
    mask = batch()[0].mask
    assert not (one[1] * ~mask).any()  # nothing behind the end of an answer
