"""Trains every method from one start on as many answers, and asks what came of it."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.online.asked import Asked, asked, with_interval
from benchmarks.online.field import FUNCTIONS, Field
from benchmarks.online.methods import ONLINE, phase_of
from benchmarks.parallel import done
from tunesmith.models.load import Loaded, load
from tunesmith.online.folders import Folders
from tunesmith.online.prompts import Prompt, prompts_of
from tunesmith.online.run import train_online
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.training.run import Trained, train

MOST_KL = 5.0  # nats of an answer, on validation prompts
HEAD = ("method", "rate", "reward", "check", "KL, nats an answer", "tokens", "CPU-s")


@dataclass(frozen=True)
class Job:
    """A method at a learning rate; `sft`: the start itself."""

    field: Field
    name: str
    rate: float
    steps: int
    seed: int = 0


@dataclass(frozen=True)
class Learnt:
    """What came of a job."""

    validation: Asked
    test: Asked
    seconds: float
    costs: dict[str, float]


def learn(
    field: Field, steps: int, names: list[str], rates: list[float], processes: int, seed: int
) -> None:
    """Train all methods at all rates, and print each at the rate that validation prompts choose."""
    jobs = [Job(field, "sft", 0.0, 0)]
    jobs += [Job(field, name, rate, steps, seed) for name in names for rate in rates]
    found: dict[str, dict[float, Learnt]] = {name: {} for name in ("sft", *names)}
    for job, one in done(learnt, jobs, processes):
        found[job.name][job.rate] = one
        print(line_of(job.name, job.rate, one), flush=True)
    table = Table(*HEAD, title=f"{steps} steps")
    for name, own in found.items():
        rate = chosen(own)
        table.add_row(*row_of(name, rate, own[rate]))
    Console(width=150).print(table)
    ppo = found.get("ppo")
    if ppo:
        from benchmarks.online.step import print_parts

        print_parts(ppo[chosen(ppo)].costs, f"{steps} steps of PPO")


def learnt(job: Job) -> Learnt:
    """Train a method and ask the result."""
    began, field = time.process_time(), job.field
    start, judge = load(field.start, "chat", []), RewardModel.read(field.judge)
    if job.name == "sft":
        model, costs = start.model, {}
    else:
        with tempfile.TemporaryDirectory() as scratch:
            trained = _trained(job, Path(scratch))
        model, costs = trained.model, trained.costs
    model.eval()
    both = [
        asked(model, start, _prompts(field, name, start), judge, field.checking())
        for name in ("validation", "test")
    ]
    return Learnt(*both, time.process_time() - began, costs)


def _trained(job: Job, work: Path) -> Trained:
    """Train a method."""
    field = job.field
    prompts = len(_prompts(field, "train", load(field.start, "chat", [])))
    phase = phase_of(job.name, job.rate, job.steps, prompts, field)
    folders = Folders(field.start, field.judge, FUNCTIONS, work / job.name.replace(" ", "-"))
    both = (field.rows["train"], field.rows["validation"])
    if job.name in ONLINE:
        return train_online(phase, folders, *both, job.seed)
    return train(phase, field.start, *both, folders.work, job.seed)


def _prompts(field: Field, split: str, start: Loaded) -> list[Prompt]:
    """Return the prompts of a split that leave room for an answer."""
    room = field.dials["max_length"] - field.dials["objective"]["max_new_tokens"]
    return prompts_of(field.rows[split], "chat", start.tokenizer, room, split)


def chosen(own: dict[float, Learnt]) -> float:
    """Return the rate of the highest reward on validation prompts among those near the start.

    Where none is near, the nearest.
    """
    near = {rate: one for rate, one in own.items() if np.mean(one.validation.kl) <= MOST_KL}
    if not near:
        return min(own, key=lambda rate: float(np.mean(own[rate].validation.kl)))
    return max(near, key=lambda rate: float(np.mean(near[rate].validation.model)))


def row_of(name: str, rate: float, one: Learnt) -> list[str]:
    """Return a row of the table: what the test prompts came to."""
    shown = [with_interval(scores) for scores in (one.test.model, one.test.check, one.test.kl)]
    return [name, f"{rate:g}", *shown, f"{one.test.tokens:.1f}", f"{one.seconds:.0f}"]


def line_of(name: str, rate: float, one: Learnt) -> str:
    """Return a line about a job: what the validation prompts came to."""
    found: Any = one.validation
    return (
        f"{name} at {rate:g}, validation: reward {np.mean(found.model):.3f}, "
        f"check {np.mean(found.check):.3f}, KL {np.mean(found.kl):.3f}; {one.seconds:.0f} CPU-s"
    )
