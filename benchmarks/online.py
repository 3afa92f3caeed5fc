"""PPO, GRPO and RLOO at one budget, and what a step of PPO is made of.

`python -m benchmarks.online learn --project FOLDER`: in a project with recipe rlhf whose phases sft
and reward are trained, trains each method on the same prompts with the same number of answers, and
prints the reward of held-out prompts with intervals (bootstrap over prompts, 4 answers to each).
`python -m benchmarks.online step --shape tiny|1B`: a Llama of random weights with LoRA of rank 16
makes PPO steps of 64 answers of 256 tokens; prints the share of each part beside its limits.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.random_llama import model, tokenizer
from tunesmith.methods.lora import Lora
from tunesmith.models.load import load
from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.objectives.ppo import Ppo
from tunesmith.online.collect import Collector
from tunesmith.online.experience import Rollout
from tunesmith.online.folders import Folders
from tunesmith.online.learner import Learner
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt, prompts_of
from tunesmith.online.rewards.base import Answer, Place
from tunesmith.online.rewards.combined import Combined
from tunesmith.online.rewards.function import Function
from tunesmith.online.run import train_online
from tunesmith.online.sampling import answer_seeds, processors
from tunesmith.online.timing import Stopwatch
from tunesmith.online.together import Together
from tunesmith.prediction.batches import by_length
from tunesmith.prediction.generate import generate
from tunesmith.rewards.model import RewardModel
from tunesmith.rows import read_rows, to_rows
from tunesmith.training.devices.group import ALONE
from tunesmith.training.params import Phase, read_phase
from tunesmith.training.precision import lift, precision

SAMPLES, SEED, RESAMPLES = 4, 4242, 2000
PARTS = ("generation", "reward", "reference", "update")
OBJECTIVES: dict[str, dict[str, Any]] = {
    "ppo": {},
    "grpo": {"kind": "grpo", "group": 8},
    "rloo": {"kind": "rloo", "group": 4},
}
OF_PPO = set(Ppo.model_fields) - set(OnlineObjective.model_fields) | {"passes"}


def phases(steps: int | None) -> Iterator[tuple[str, Phase]]:
    """Yield a phase for each method: the recipe's, with another objective."""
    ppo = read_phase("ppo")
    dials = ppo.model_dump(by_alias=True)
    for name, changes in OBJECTIVES.items():
        objective = dict(dials["objective"])
        if name != "ppo":
            objective = {k: v for k, v in objective.items() if k not in OF_PPO} | changes
        phase = Phase.model_validate(dials | {"objective": objective, "best_by": None})
        if steps is not None:
            size = phase.objective.answers // phase.objective.group_size
            prompts = len(to_rows(read_rows(Path("data/train/train.parquet"))))
            phase = phase.model_copy(update={"epochs": steps * size / prompts})
        yield name, phase


def learn(steps: int | None) -> None:
    """Train and print both tables."""
    rows = {n: to_rows(read_rows(Path(p))) for n, p in _tables().items()}
    start = load(Path("models/sft"), "chat", [])
    judge = RewardModel.read(Path("models/reward"))
    table = Table("method", "steps", "reward", "leave", "KL, nats an answer", "tokens", "minutes")
    prompts = prompts_of(rows["test"], "chat", start.tokenizer, 200, "test")
    begun = asked(start.model, start, prompts, judge)
    table.add_row("sft", "", *begun, "")
    print("sft", *begun, flush=True)
    costs: dict[str, float] = {}
    for name, phase in phases(steps):
        with tempfile.TemporaryDirectory() as scratch:
            places = (Path("models/sft"), Path("models/reward"), Path("rewards"))
            folders = Folders(*places, Path(scratch) / name)
            began = time.monotonic()
            trained = train_online(phase, folders, rows["train"], rows["validation"], 0)
            minutes = (time.monotonic() - began) / 60
        made = trained.outcome["last_step"]
        found = asked(trained.model, start, prompts, judge)
        table.add_row(name, str(made), *found, f"{minutes:.1f}")
        print(name, *found, flush=True)
        costs = costs or {n: s / made for n, s in trained.costs.items()}
    Console(width=140).print(table)
    print_parts({name: costs[f"{name}_seconds"] for name in PARTS}, "PPO of the recipe")


def _tables() -> dict[str, str]:
    """Return where a project keeps its rows."""
    splits = {name: f"data/splits/{name}.parquet" for name in ("validation", "test")}
    return {"train": "data/train/train.parquet", **splits}


def asked(answering: Any, start: Any, prompts: list[Prompt], judge: RewardModel) -> list[str]:
    """Return the rewards of sampled answers to held-out prompts, their KL and their length."""
    many = [prompt for prompt in prompts for _ in range(SAMPLES)]
    noise = processors(answer_seeds(SEED, 1, 0, len(many)), 1.0, answering.device)
    made = generate(answering, start.tokenizer, [p.ids for p in many], 64, 48, noise)
    texts, messages = [one.text for one in made], [prompt.messages for prompt in many]
    leave = Function(of="manners.py:leave")
    place = Place(lambda: judge.score, Path("rewards"), Path(), 0)

    answers = [
        Answer(p.row, p.messages, one.text, one.tokens, one.finished)
        for p, one in zip(many, made, strict=True)
    ]
    rollouts = [Rollout(p.ids, list(one.ids)) for p, one in zip(many, made, strict=True)]
    far = logprobs(answering, start, rollouts) - logprobs(start.model, start, rollouts)
    tokens = float(np.mean([one.tokens for one in made]))
    scores = (judge.score(messages, texts), leave.scorer(place)(answers), far)
    return [*(with_interval(one) for one in scores), f"{tokens:.1f}"]


def logprobs(answering: Any, start: Any, rollouts: list[Rollout]) -> Any:
    """Return the log-probability of each answer by a model."""
    import torch

    policy = Policy(answering, start.tokenizer.pad_token_id, 1.0, critic=False)
    found = np.zeros(len(rollouts))
    with torch.no_grad():
        for places in by_length([len(p) + len(a) for p, a in rollouts], 32):
            seen = policy.see([rollouts[place] for place in places])
            found[places] = seen.logprobs.sum(1).tolist()
    return found


def with_interval(scores: Any) -> str:
    """Return the mean with its 95 % interval, drawn over prompts."""
    each = np.asarray(scores, float).reshape(-1, SAMPLES).mean(1)
    draws = np.random.default_rng(0).choice(each, (RESAMPLES, len(each))).mean(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{each.mean():.3f} [{low:.3f}, {high:.3f}]"


def print_parts(seconds: dict[str, float], title: str) -> None:
    """Print the share of each part, and how much faster a step with generation alone would be."""
    whole = sum(seconds.values())
    table = Table("part of a step", "seconds", "share", title=title)
    for name, one in seconds.items():
        table.add_row(name, f"{one:.2f}", f"{one / whole:.0%}")
    table.add_row("whole", f"{whole:.2f}", "100%")
    limit = seconds["generation"]
    table.add_row("bound by generation alone", f"{limit:.2f}", f"{limit / whole:.0%}")
    Console(width=100).print(table)


def step(shape: str, answers: int, tokens: int, rows: int, repeats: int) -> None:
    """Make PPO steps with random weights; the first one warms up and is not counted."""
    objective = Ppo(
        rewards=[{"kind": "length", "at_most": tokens}], answers=answers, max_new_tokens=tokens
    )
    policy = _policy(shape)
    watch = Stopwatch()
    known = tokenizer()
    place = Place(lambda: lambda prompts, _: [0.0] * len(prompts), Path(), Path(), 0)
    collector = Collector(objective, policy, known, Combined(objective.rewards, place), rows, watch)
    learner = Learner(objective, policy, _optimizer(policy), rows, 1, 1.0, Together(ALONE))
    drawn = np.random.default_rng(0)
    ids = [drawn.integers(10, 500, 64).tolist() for _ in range(answers)]
    prompts = [Prompt({"source": "random"}, [], one) for one in ids]
    for number in range(repeats + 1):
        collected = collector.collect(prompts, answer_seeds(0, number + 1, 0, answers))
        with watch.part("update"):
            learner.learn(collected.experience, 0.05, number)
        if number == 0:
            watch.spent.clear()
    seconds = {name: watch.spent[name] / repeats for name in PARTS}
    made = int(collected.experience.mask.sum())
    print_parts(seconds, f"PPO step, {shape}, {answers} answers, {made} tokens, {_device()}")
    speed = made / seconds["generation"]
    limit = _reading_limit(policy, tokens)
    print(f"generation {speed:,.0f} tokens/s; reading the weights for every token: {limit:.2f} s")


def _policy(shape: str) -> Policy:
    """Return a policy of random weights with LoRA."""
    tuned = Lora(r=16, alpha=32).apply(model(shape), "chat")
    lift(tuned)
    return Policy(tuned, 0, 1.0, critic=True, half=precision() == "bf16")


def _optimizer(policy: Policy) -> Any:
    """Return AdamW for a policy and its value head."""
    import torch

    head = list(policy.head.parameters()) if policy.head is not None else []
    return torch.optim.AdamW([*policy.trained().values(), *head], lr=1e-5)


def _reading_limit(policy: Policy, tokens: int) -> float:
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


def _device() -> str:
    """Return the name of what computes."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["learn", "step"])
    parser.add_argument("--project", type=Path, default=Path())
    parser.add_argument("--steps", type=int)
    parser.add_argument("--shape", default="tiny")
    parser.add_argument("--answers", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    os.chdir(given.project)
    if given.what == "learn":
        learn(given.steps)
    else:
        step(given.shape, given.answers, given.tokens, given.rows, given.repeats)


if __name__ == "__main__":
    main()
