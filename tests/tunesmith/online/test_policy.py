"""What a policy makes of answers: their tokens alone, whatever stands around them."""

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tunesmith.objectives.base.online import Share
from tunesmith.objectives.ppo import Ppo
from tunesmith.online.experience import Experience, Rollout, Seen, mask_of
from tunesmith.online.policy import Policy
from tunesmith.online.sampling import Noise, answer_seeds

ROLLOUTS = [Rollout([5, 6, 7], [8, 9]), Rollout([4], [3, 2, 1, 0])]


@pytest.fixture
def policy() -> Policy:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=11,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=32,
    )
    return Policy(LlamaForCausalLM(config).eval(), 10, 0.7, critic=True)


def test_a_batch_is_seen_as_each_answer_alone(policy: Policy) -> None:
    both = policy.see(ROLLOUTS)
    for place, rollout in enumerate(ROLLOUTS):
        prompt, answer = rollout
        logits = policy.model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1] / 0.7
        logprobs = torch.log_softmax(logits, -1)
        own = logprobs[torch.arange(len(answer)), torch.tensor(answer)]
        entropy = -(logprobs.exp() * logprobs).sum(-1)
        assert torch.allclose(both.logprobs[place, : len(answer)], own, atol=1e-5)
        assert torch.allclose(both.entropy[place, : len(answer)], entropy, atol=1e-5)
    assert both.logprobs[0, 2:].tolist() == [0.0, 0.0]


def test_the_value_head_expects_nothing_at_first_and_does_not_pull_the_model(
    policy: Policy,
) -> None:
    values = policy.see(ROLLOUTS).values
    assert not values.any()
    (values - 1).pow(2).sum().backward()
    assert all(weight.grad is None for weight in policy.trained().values())
    assert policy.head is not None
    assert policy.head.weight.grad.abs().sum() > 0


def test_the_start_is_seen_with_the_weights_of_the_start(policy: Policy) -> None:
    with torch.no_grad():
        before = policy.see(ROLLOUTS).logprobs
        for weight in policy.trained().values():
            weight.add_(0.1)
        now = policy.see(ROLLOUTS).logprobs
        with policy.at_start():
            start = policy.see(ROLLOUTS).logprobs
        after = policy.see(ROLLOUTS).logprobs
    assert torch.equal(start, before)
    assert torch.equal(after, now)
    assert not torch.equal(now, before)


def test_no_loss_reaches_what_stands_in_prompts_or_padding(policy: Policy) -> None:
    objective = Ppo.model_validate({"rewards": [{"kind": "length", "at_most": 1}]})
    mask = mask_of(ROLLOUTS, torch.device("cpu"))
    old = Seen(*(one.detach() for one in policy.see(ROLLOUTS)))
    experience = Experience(ROLLOUTS, torch.tensor([1.0, -1.0]), mask, old, old.logprobs)
    targets = objective.targets(experience, 0.1, lambda one: one)
    assert not targets.advantages[0, 2:].any()
    now = [torch.rand(2, 4, requires_grad=True) for _ in range(3)]
    loss = objective.loss(Seen(*now), experience, targets, Share(6, 2), 0.1).whole
    loss.backward()
    assert not (now[0].grad * ~mask).any()
    assert not (now[2].grad * ~mask).any()


def test_what_a_token_earns_is_the_score_at_the_end_less_the_distance() -> None:
    objective = Ppo.model_validate(
        {
            "rewards": [{"kind": "length", "at_most": 1}],
            "gae_decay": 1.0,
            "whiten_advantages": False,
        }
    )
    mask = mask_of(ROLLOUTS, torch.device("cpu"))
    zeros = torch.zeros(2, 4)
    old = Seen(torch.tensor([[-1.0, -2.0, 0, 0], [0, 0, 0, -1.0]]), zeros, zeros)
    experience = Experience(ROLLOUTS, torch.tensor([3.0, 5.0]), mask, old, zeros)
    found = objective.targets(experience, 0.5, lambda one: one)
    assert found.advantages[0].tolist() == [3 + 0.5 + 1.0, 3 + 1.0, 0, 0]
    assert found.advantages[1].tolist() == [5.5, 5.5, 5.5, 5.5]


def test_noise_makes_the_likeliest_token_a_sample() -> None:
    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    seeds = answer_seeds(0, 1, 0, 4000)
    noisy = Noise(seeds, 0.5, torch.device("cpu"))(
        None, (probabilities.log() * 0.5).expand(4000, 4)
    )
    shares = noisy.argmax(-1).bincount(minlength=4) / 4000
    assert torch.allclose(shares, probabilities, atol=0.03)


def test_an_answer_has_noise_of_its_own_whatever_its_batch() -> None:
    seeds, scores, device = answer_seeds(0, 1, 0, 3), torch.zeros(3, 5), torch.device("cpu")
    whole = Noise(seeds, 1.0, device)(None, scores)
    alone = Noise(seeds[2:], 1.0, device)(None, scores[2:])
    assert torch.equal(whole[2:], alone)
    assert len({*seeds, *answer_seeds(0, 2, 0, 3), *answer_seeds(1, 1, 0, 3)}) == 9
