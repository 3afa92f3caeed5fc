"""Makes PPO steps with random weights, and says what they are made of and what bounds them."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.random_llama import model, tokenizer
from tunesmith.decoding.way import plainly
from tunesmith.methods.lora import Lora
from tunesmith.models.load import peak_compute_memory_bytes
from tunesmith.objectives.ppo import Ppo
from tunesmith.online.collect import Collector
from tunesmith.online.learner import Learner
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt
from tunesmith.online.sampling import answer_seeds
from tunesmith.online.timing import Stopwatch
from tunesmith.online.together import Together
from tunesmith.rewards.base import Place
from tunesmith.rewards.combined import Combined
from tunesmith.training.devices.group import ALONE
from tunesmith.training.precision import lift, precision

PARTS = ("generation", "reward", "reference", "forward", "backward", "optimizer")
PROMPT = 64  # tokens of each
GIB = 2**30


def step(shape: str, answers: int, tokens: int, rows: int, repeats: int) -> None:
    """Make PPO steps with answers that are drawn plainly, and on a GPU by graphs as well.

    The reward is another model of the same shape that reads prompt and answer, as a reward model
    of the policy's size does.
    """
    objective = Ppo(rewards=[{"kind": "model"}], answers=answers, max_new_tokens=tokens, passes=1)
    policy, known, watch = _policy(shape), tokenizer(), Stopwatch()
    read = _reader(shape, PROMPT + tokens, rows)
    place = Place(lambda: read, Path(), Path(), 0)
    collector = Collector(objective, policy, known, Combined(objective.rewards, place), rows, watch)
    optimizer = _optimizer(policy)
    learner = Learner(objective, policy, optimizer, rows, 1, 1.0, Together(ALONE), watch)
    whole = {}
    for way in ("plain", "graphs") if policy.model.device.type == "cuda" else ("plain",):
        with plainly() if way == "plain" else nullcontext():
            made = _steps(collector, learner, repeats)
        seconds = {name: watch.spent[name] / repeats for name in PARTS}
        whole[way] = sum(seconds.values())
        title = f"PPO step, answers drawn: {way}, {shape}, {answers} answers, {made} tokens"
        print_parts(seconds, f"{title}, {device()}")
        print(f"{answers * tokens / seconds['generation']:,.0f} tokens/s of generation at the most")
        print_limits(policy, seconds["generation"], tokens)
        print(f"most memory {peak_compute_memory_bytes() / GIB:.1f} GiB")
    if len(whole) > 1:
        print(f"a step by graphs is {whole['plain'] / whole['graphs']:.2f} times as fast")


def _steps(collector: Collector, learner: Learner, repeats: int) -> int:
    """Make steps; the first one warms up and is not counted. Return the tokens of the last."""
    answers = collector.objective.answers
    drawn = np.random.default_rng(0)
    ids = [drawn.integers(10, 500, PROMPT).tolist() for _ in range(answers)]
    prompts = [Prompt({"source": "random"}, [], one) for one in ids]
    for number in range(repeats + 1):
        collected = collector.collect(prompts, answer_seeds(0, number + 1, 0, answers))
        learner.learn(collected.experience, 0.05, number)
        if number == 0:
            collector.watch.spent.clear()
            forget_peak()
    return int(collected.experience.mask.sum())


def forget_peak() -> None:
    """Let the most memory be that of what follows, on a GPU."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def print_parts(seconds: dict[str, float], title: str) -> None:
    """Print the share of each part, and how much faster a step with generation alone would be."""
    own = {name: seconds.get(name, seconds.get(f"{name}_seconds", 0.0)) for name in PARTS}
    whole = sum(own.values())
    table = Table("part of a step", "seconds", "share", title=title)
    for name, one in own.items():
        table.add_row(name, f"{one:.2f}", f"{one / whole:.0%}")
    table.add_row("whole", f"{whole:.2f}", "100%")
    limit = own["generation"]
    table.add_row("bound by generation alone", f"{limit:.2f}", f"{limit / whole:.0%}")
    Console(width=100).print(table)


def print_limits(policy: Policy, generation: float, tokens: int) -> None:
    """Print what generation takes beside what bounds it: memory, or the host's launches."""
    import torch

    once, launches = _forward_alone(policy)
    reading = reading_limit(policy, tokens)
    print(
        f"generation {generation:.2f} s, {1000 * generation / tokens:.1f} ms a token; its weights "
        f"could be read once a token in {reading:.2f} s ({reading / generation:.0%} of it)"
    )
    if not torch.cuda.is_available():
        return
    print(
        f"one token's forward pass: {1000 * once:.1f} ms, of which the host takes "
        f"{1000 * launches:.1f} ms to give the device its work: "
        f"{'the launches bound it' if launches > 0.8 * once else 'the device bounds it'}"
    )


def _forward_alone(policy: Policy) -> tuple[float, float]:
    """Return seconds of a forward pass of one token, and those after which it has been asked."""
    import time

    import torch

    ids = torch.zeros((64, 1), dtype=torch.long, device=policy.model.device)
    finish = torch.cuda.synchronize if torch.cuda.is_available() else (lambda: None)
    whole, asked = [], []
    with torch.inference_mode(), policy.computing():
        for _ in range(20):
            finish()
            began = time.perf_counter()
            policy.model(input_ids=ids, use_cache=False)
            asked.append(time.perf_counter() - began)
            finish()
            whole.append(time.perf_counter() - began)
    return float(np.median(whole)), float(np.median(asked))


def reading_limit(policy: Policy, tokens: int) -> float:
    """Return the seconds in which memory could read all weights once for each token in turn."""
    import torch

    size = sum(w.numel() * w.element_size() for w in policy.model.parameters())
    block = torch.empty(2**28 if torch.cuda.is_available() else 2**24, device=policy.model.device)
    watch = Stopwatch()
    block.clone()
    with watch.part("copy"):
        for _ in range(5):
            block.clone()
    speed = 5 * 2 * block.numel() * 4 / watch.spent["copy"]
    return float(tokens * size / speed)


def device() -> str:
    """Return the name of what computes."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


def _policy(shape: str) -> Policy:
    """Return a policy of random weights with LoRA."""
    tuned = Lora(r=16, alpha=32).apply(model(shape), "chat")
    lift(tuned)
    tuned.eval()
    return Policy(tuned, 0, 1.0, critic=True, half=precision() == "bf16")


def _reader(shape: str, tokens: int, rows: int) -> Any:
    """Return a scorer that lets a model of the shape read as many tokens as answers have."""
    import torch

    judge = model(shape).eval()

    def score(prompts: list[Any], _answers: list[str]) -> list[float]:
        found: list[float] = []
        with torch.inference_mode():
            for first in range(0, len(prompts), 4 * rows):
                count = len(prompts[first : first + 4 * rows])
                ids = torch.full((count, tokens), 10, device=judge.device)
                found += judge(ids, logits_to_keep=1).logits[:, -1, 0].float().tolist()
        return [one + place % 7 / 7 for place, one in enumerate(found)]

    return score


def _optimizer(policy: Policy) -> Any:
    """Return AdamW for a policy and its value head."""
    import torch

    head = list(policy.head.parameters()) if policy.head is not None else []
    return torch.optim.AdamW([*policy.trained().values(), *head], lr=1e-5)
