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
from benchmarks.online.methods import ONLINE, phase_of, with_places
from benchmarks.parallel import done
from tunesmith.models.load import load
from tunesmith.online.folders import Folders
from tunesmith.online.prompts import prompts_of
from tunesmith.online.run import train_online
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.rows import Row, read_rows, to_rows
from tunesmith.training.run import Trained, train

MOST_KL = 5.0  # nats of an answer, on validation prompts
HEAD = ("method", "rate", "reward", "ending", "KL, nats an answer", "tokens", "CPU-s")
TABLES = {
    "train": Path("data/train/train.parquet"),
    **{name: Path(f"data/splits/{name}.parquet") for name in ("validation", "test")},
}


@dataclass(frozen=True)
class Job:
    """A method at a learning rate; `sft`: the start itself."""

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


def learn(steps: int, names: list[str], rates: list[float], processes: int) -> None:
    """Train all methods at all rates, and print each at the rate that validation prompts choose."""
    jobs = [Job("sft", 0.0, 0)] + [Job(name, rate, steps) for name in names for rate in rates]
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
    began = time.process_time()
    rows = {name: to_rows(read_rows(path)) for name, path in TABLES.items()}
    start, judge = load(Path("models/sft"), "chat", []), RewardModel.read(Path("models/reward"))
    if job.name == "sft":
        model, costs = start.model, {}
    else:
        with tempfile.TemporaryDirectory() as scratch:
            trained = _trained(job, rows, Path(scratch))
        model, costs = trained.model, trained.costs
    model.eval()
    both = [
        asked(model, start, prompts_of(rows[name], "chat", start.tokenizer, 200, name), judge)
        for name in ("validation", "test")
    ]
    return Learnt(*both, time.process_time() - began, costs)


def _trained(job: Job, rows: dict[str, list[Row]], work: Path) -> Trained:
    """Train a method."""
    pairs = sum(row["task"] == "preference" for row in rows["train"])
    start = load(Path("models/sft"), "chat", [])
    prompts = len(prompts_of(rows["train"], "chat", start.tokenizer, 200, "train"))
    phase = phase_of(job.name, job.rate, job.steps, prompts, pairs)
    places = with_places(job.name, work)
    if job.name in ONLINE:
        return train_online(phase, Folders(*places), rows["train"], rows["validation"], job.seed)
    return train(phase, places[0], rows["train"], rows["validation"], places[3], job.seed)


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
    shown = [with_interval(scores) for scores in (one.test.model, one.test.rule, one.test.kl)]
    return [name, f"{rate:g}", *shown, f"{one.test.tokens:.1f}", f"{one.seconds:.0f}"]


def line_of(name: str, rate: float, one: Learnt) -> str:
    """Return a line about a job: what the validation prompts came to."""
    found: Any = one.validation
    return (
        f"{name} at {rate:g}, validation: reward {np.mean(found.model):.3f}, "
        f"ending {np.mean(found.rule):.3f}, KL {np.mean(found.kl):.3f}; {one.seconds:.0f} CPU-s"
    )
