"""Students that learn to answer: what they begin with, what they learn from, what is measured."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.distil.deal import deal, taught, unseen
from stages.train import save
from tunesmith.rows import Row
from tunesmith.training.params import Phase
from tunesmith.training.run import train

COMMON = {"task": "chat", "per_device_batch_size": 16, "max_length": 256}
TEACHER = {"method": {"kind": "lora"}, "learning_rate": 5e-3, "epochs": 2}
STUDENTS: dict[str, dict[str, Any]] = {
    "two layers": {"method": {"kind": "full"}, "layers": 2, "learning_rate": 2e-3},
    "whole": {"method": {"kind": "lora"}, "learning_rate": 5e-3},
}
EVALUATIONS = 16  # of a training; the best by the loss on `choose` is kept
MADE: dict[str, Any] = {"data": {}, "settings": {"max_length": 256}, "parents": [], "seed": 0}
Found = dict[str, float]


@dataclass(frozen=True)
class Arm:
    """One way to learn; `rows` as `Dealt.learnt` has them."""

    objective: dict[str, Any]
    rows: str = "own"


@dataclass(frozen=True)
class Case:
    """What all ways of a table have in common.

    Attributes:
        own: answered rows of the student.
        asked: prompts beside them.
        steps: of the optimizer, of 16 rows.
        spoken: steps of plain training on the own rows before that; 0: none.
        slower: what the learning rate is divided by after those.
    """

    own: int
    steps: int
    arms: dict[str, Arm]
    asked: int = 0
    spoken: int = 0
    slower: float = 1.0


LIKELIHOOD, DISTIL = {"kind": "likelihood"}, {"kind": "distil", "max_new_tokens": 64}
SEQUENCES = {"kind": "sequences", "max_new_tokens": 64}
MISSING = {**SEQUENCES, "answers": "missing"}
GKD = {"kind": "gkd", "max_new_tokens": 48}
CASES: dict[str, Case] = {
    "answered": Case(  # every row has an answer
        own=256,
        steps=64,
        arms={
            "likelihood": Arm(LIKELIHOOD),
            "distil forward, half": Arm(DISTIL),
            "distil forward": Arm({**DISTIL, "weight": 1}),
            "distil reverse, half": Arm({**DISTIL, "divergence": "reverse"}),
            "distil jsd, half": Arm({**DISTIL, "divergence": "jsd"}),
            "sequences": Arm(SEQUENCES),
            "gkd, a quarter drawn": Arm({**GKD, "on_policy_ratio": 0.25, "beta": 0.1}),
        },
    ),
    "prompts": Case(  # few rows have one
        own=64,
        asked=1200,
        steps=480,
        arms={
            "likelihood": Arm(LIKELIHOOD),
            "distil, own rows only": Arm(DISTIL),
            "sequences": Arm(SEQUENCES, "prompts"),
            "sequences, own answers kept": Arm(MISSING, "prompts"),
            "distil, half": Arm(DISTIL, "prompts"),
            "distil": Arm({**DISTIL, "weight": 1}, "prompts"),
            "gkd, none drawn": Arm({**GKD, "on_policy_ratio": 0, "beta": 0}, "prompts"),
            "gkd, half drawn": Arm({**GKD, "on_policy_ratio": 0.5, "beta": 0.1}, "prompts"),
            "likelihood, the teacher's rows too": Arm(LIKELIHOOD, "taught"),
            "likelihood, all answered": Arm(LIKELIHOOD, "answered"),
        },
    ),
    "speaks": Case(  # the student has learnt its rows before
        own=512,
        steps=160,
        spoken=320,
        slower=2.0,
        arms={
            "likelihood": Arm(LIKELIHOOD),
            "distil, half": Arm(DISTIL),
            "distil": Arm({**DISTIL, "weight": 1}),
            "sequences": Arm(SEQUENCES),
            "gkd, none drawn": Arm({**GKD, "on_policy_ratio": 0, "beta": 0.1}),
            "gkd, half drawn": Arm({**GKD, "on_policy_ratio": 0.5, "beta": 0.1}),
            "gkd, half drawn, beta 0.9": Arm({**GKD, "on_policy_ratio": 0.5, "beta": 0.9}),
            "gkd, all drawn": Arm({**GKD, "on_policy_ratio": 1, "beta": 0.1}),
        },
    ),
}


@dataclass(frozen=True)
class Job:
    """A student that is trained in one way; `start` and `teacher` are folders of models."""

    case: Case
    name: str
    student: str
    seed: int
    start: Path
    teacher: Path
    work: Path


def phase(**dials: Any) -> Phase:
    """Return a phase of this benchmark."""
    given = {"from": "base", "with": "base", "evaluations_per_epoch": 1}
    return Phase.model_validate({**given, **COMMON, **dials})


def budget(steps: int, count: int) -> dict[str, Any]:
    """Return epochs that are so many steps over `count` rows, evaluated evenly."""
    epochs = steps / -(-count // 16)
    return {"epochs": epochs, "evaluations_per_epoch": max(1, round(EVALUATIONS / epochs))}


def teach(base: Path, work: Path) -> Found:
    """Train the teacher, save it at `work` and measure it."""
    one, learnt = phase(**TEACHER), taught()
    trained = train(one, base, learnt, learnt[:64], work.with_name("teacher-work"), seed=0)
    save(trained, one, MADE, "teacher", work)
    return scores(trained.model, trained.start.tokenizer)


def speak(job: Job) -> Path:
    """Teach a student its own rows, before anything else; return its folder."""
    dealt = deal(job.case.own, job.case.asked, job.seed)
    dials = phase(**STUDENTS[job.student], **budget(job.case.spoken, len(dealt.own)))
    trained = train(dials, job.start, dealt.own, dealt.choose, job.work / "run", seed=job.seed)
    save(trained, dials, MADE, "spoken", job.work / "spoken")
    return job.work / "spoken"


def learn(job: Job) -> Found:
    """Train a student and measure it."""
    begun, arm = time.process_time(), job.case.arms[job.name]
    dealt = deal(job.case.own, job.case.asked, job.seed)
    learnt = dealt.learnt(arm.rows)
    student = {**STUDENTS[job.student]}
    student["learning_rate"] /= job.case.slower
    if job.case.spoken:
        student.pop("layers", None)  # it has them already
    dials = phase(objective=arm.objective, **student, **budget(job.case.steps, len(learnt)))
    trained = train(
        dials, job.start, learnt, dealt.choose, job.work, seed=job.seed, partner=job.teacher
    )
    found = scores(trained.model, trained.start.tokenizer)
    steps = float(trained.outcome["last_step"])
    return {**found, "steps": steps, "seconds": time.process_time() - begun}


def scores(model: Any, tokenizer: Any) -> Found:
    """Return what a model is worth on the unseen rows."""
    loss, right = measured(model, tokenizer, unseen())
    return {"loss": loss, "right": right}


def measured(model: Any, tokenizer: Any, rows: list[Row]) -> tuple[float, float]:
    """Return loss in nats per token and the share of answers that are right to the letter."""
    from tunesmith.prediction.generate import generate
    from tunesmith.prediction.logprobs import reference_logprobs
    from tunesmith.tasks import chat

    model.eval()
    encoded = [chat.encode(row, tokenizer, 256) for row in rows]
    found = reference_logprobs(model, tokenizer.pad_token_id, encoded, 64)
    prompts = [chat.encode_prompt(row["prompt"], tokenizer) for row in rows]
    answers = generate(model, tokenizer, prompts, 64, 48)
    wanted = [row["completion"][0]["content"].strip() for row in rows]
    right = [one.text == text for one, text in zip(answers, wanted, strict=True)]
    loss = -sum(one.logprob for one in found) / sum(one.tokens for one in found)
    return loss, float(np.mean(right))
