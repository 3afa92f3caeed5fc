"""Teaches a fold: first the chosen answers, then an objective, from the same start for each."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.preferences.pairs import Fold
from stages.train import save
from tunesmith.models.load import load
from tunesmith.objectives.base.paired import Answers, answers_of
from tunesmith.objectives.base.pairs import PairCollator
from tunesmith.rows import Row
from tunesmith.training.examples import encode_rows
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

OBJECTIVES: dict[str, tuple[dict[str, Any], float]] = {  # and learning rate
    "reward": ({"kind": "reward"}, 2e-3),
    "dpo": ({"kind": "dpo"}, 7e-4),
    "dpo, nll 1": ({"kind": "dpo", "nll": 1.0}, 7e-4),
    "dpo, ipo": ({"kind": "dpo", "loss": "ipo", "beta": 1.0}, 7e-4),
    "kto": ({"kind": "kto"}, 7e-4),
    "orpo": ({"kind": "orpo", "beta": 1.0}, 2e-3),
    "simpo": ({"kind": "simpo"}, 7e-4),
    "cpo": ({"kind": "cpo"}, 7e-4),
}
TASKS = {"reward": "reward", "kto": "unpaired"}
METHODS: dict[str, tuple[dict[str, Any], float]] = {  # and by how much less it learns in a step
    "lora": ({"kind": "lora", "r": 16, "alpha": 32}, 1.0),
    "full": ({"kind": "full"}, 0.25),
}
USUAL = {
    "from": "base",
    "with": "base",
    "per_device_batch_size": 8,
    "evaluations_per_epoch": 1,
    "packing": False,  # on a GPU as on a CPU; kernels for packs are compiled in every process
}
BATCH = 16


@dataclass(frozen=True)
class Start:
    """A fold, and the model that has learnt its chosen answers.

    Attributes:
        folder: of that model.
        method: of `METHODS`, by which it and what goes on from it are trained.
    """

    fold: Fold
    tokens: int
    base: Path
    folder: Path
    seed: int
    method: str = "lora"


@dataclass(frozen=True)
class Job:
    """An objective that a fold learns.

    Attributes:
        rates: times its usual learning rate; the pairs that choose the checkpoint choose one.
    """

    start: Start
    name: str
    epochs: float
    rates: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Learnt:
    """What the held-out pairs came to, in their order.

    Attributes:
        own: margin of the reward that the objective gives or implies.
        chosen: nats that the chosen answer has become likelier than at the start; none of `reward`.
        rejected: likewise.
        longer: by how many tokens the chosen answer is the longer one.
        rate: that was chosen.
    """

    own: list[float]
    chosen: list[float]
    rejected: list[float]
    longer: list[int]
    seconds: float
    rate: float = 0.0


def begun(start: Start) -> Start:
    """Teach the base the chosen answers of a fold's train pairs."""
    fold = start.fold
    rows = [[as_chat(row) for row in half] for half in (fold.train, fold.choose)]
    dials = {"task": "chat", "epochs": 2}
    fit(phase_of(start, dials, 5e-3), start.base, rows, start.folder, start.seed)
    return start


def learnt(job: Job) -> Learnt:
    """Teach a fold an objective and measure it on the pairs that are held out."""
    begin, start = time.process_time(), job.start
    trained, phase = min(
        (_trained(job, rate) for rate in job.rates),
        key=lambda found: found[0].metrics["validation_loss"],
    )
    encoded = encode_rows(
        start.fold.held_out, "preference", trained.start.tokenizer, start.tokens, []
    )
    own, chosen, rejected = measured(phase, trained, encoded, start.folder)
    longer = [len(item["input_ids"]) - len(item["rejected_ids"]) for item in encoded]
    seconds = time.process_time() - begin
    return Learnt(own, chosen, rejected, longer, seconds, phase.learning_rate)


def _trained(job: Job, times: float) -> tuple[Trained, Phase]:
    """Teach a fold an objective at so many times its usual rate."""
    start, (objective, rate) = job.start, OBJECTIVES[job.name]
    task = TASKS.get(objective["kind"], "preference")
    dials = {"objective": objective, "task": task, "epochs": job.epochs}
    phase = phase_of(start, dials, times * rate)
    with tempfile.TemporaryDirectory() as work:
        halves = [start.fold.train, start.fold.choose]
        return train(phase, start.folder, *halves, Path(work) / "run", start.seed), phase


def phase_of(start: Start, dials: dict[str, Any], rate: float) -> Phase:
    """Return a phase of a fold; its learning rate is that of LoRA."""
    method, share = METHODS[start.method]
    of = {"method": method, "learning_rate": share * rate, "max_length": start.tokens}
    return Phase.model_validate(USUAL | of | dials)


def measured(
    phase: Phase, trained: Trained, encoded: list[dict[str, Any]], start: Path
) -> tuple[list[float], list[float], list[float]]:
    """Return the margins of encoded pairs, and by how much either answer has become likelier.

    All is computed in float32: in half precision many a margin would be a tie.
    """
    import torch

    from tunesmith.objectives.reward import rewards_of

    of_reward = phase.task == "reward"
    before = None if of_reward else load(start, "chat", []).model.float()
    collator = PairCollator(trained.start.tokenizer.pad_token_id)
    model, device = trained.model.float().eval(), next(trained.model.parameters()).device
    own, better, worse = [], [], []
    for place in range(0, len(encoded), BATCH):
        batch = collator(encoded[place : place + BATCH])
        batch = {name: value.to(device) for name, value in batch.items()}
        with torch.inference_mode():
            if of_reward:
                good, bad = rewards_of(model, batch).chunk(2)
            else:
                now, then = answers_of(model, batch), answers_of(before, batch)
                answers = _with_reference(now, then)
                good, bad = rewards(phase.objective, answers)
                better += answers.ratios[0].tolist()
                worse += answers.ratios[1].tolist()
        own += (good - bad).tolist()
    return own, better, worse


def rewards(objective: Any, answers: Answers) -> tuple[Any, Any]:
    """Return the rewards that an objective implies; KTO's are those of DPO."""
    return answers.ratios if objective.kind == "kto" else objective.rewards(answers)


def _with_reference(now: Answers, then: Answers) -> Answers:
    """Return answers with the start's log-probabilities beside them."""
    tokens = (now.chosen_tokens, now.rejected_tokens)
    return Answers(now.chosen, now.rejected, then.chosen, then.rejected, *tokens)


def as_chat(row: Row) -> Row:
    """Return the chosen answer as a row of its own."""
    return {**row, "task": "chat", "completion": row["chosen"]}


def fit(phase: Phase, base: Path, rows: list[list[Row]], folder: Path, seed: int) -> None:
    """Train a phase and save its model."""
    work = folder.with_name(f"{folder.name}-work")
    trained = train(phase, base, rows[0], rows[1], work, seed)
    made_from: dict[str, Any] = {"data": {}, "settings": {}, "parents": [], "seed": seed}
    save(trained, phase, made_from, folder.name, folder)
