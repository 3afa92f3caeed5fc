"""Trains a student with and without a teacher at one budget, over seeds, and prints a table, CPU.

`python -m benchmarks.distil [--seeds 3] [--whole] [--only distil gkd]`: the teacher is the demo's
base with LoRA on 800 rows, English and Chinese; the student is two of the base's four layers,
trained whole, or with `--whole` the base with LoRA, on 256 other rows for four epochs, whatever its
objective. Loss in nats per token and exact match are on 200 rows that neither has seen. Differences
to `likelihood` are paired by seed, with Student's interval of 95 % over seeds, which draw rows and
their order anew; the teacher is the same.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.small_task import rows
from stages.train import save
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

UNSEEN, TAUGHT, OWN = 200, 800, 256
OBJECTIVES: dict[str, dict[str, Any]] = {
    "likelihood": {"kind": "likelihood"},
    "distil forward, half": {"kind": "distil"},
    "distil forward": {"kind": "distil", "weight": 1},
    "distil reverse, half": {"kind": "distil", "divergence": "reverse"},
    "distil jsd, half": {"kind": "distil", "divergence": "jsd"},
    "sequences": {"kind": "sequences", "max_new_tokens": 64},
    "gkd": {"kind": "gkd", "on_policy_ratio": 0.25, "beta": 0.1, "max_new_tokens": 48},
}
COMMON = {"task": "chat", "per_device_batch_size": 16, "max_length": 256}
STUDENT = {"method": {"kind": "full"}, "layers": 2, "learning_rate": 2e-3, "epochs": 4}
TEACHER = {"method": {"kind": "lora"}, "learning_rate": 5e-3, "epochs": 2}


def phase(**dials: Any) -> Phase:
    """Return a phase of this benchmark."""
    given = {"from": "base", "with": "base", "evaluations_per_epoch": 1}
    return Phase.model_validate({**given, **COMMON, **dials})


def measured(model: Any, tokenizer: Any, unseen: list[Row]) -> tuple[float, float]:
    """Return loss in nats per token and the share of answers that are right to the letter."""
    from tunesmith.prediction.generate import generate
    from tunesmith.prediction.logprobs import reference_logprobs
    from tunesmith.tasks import chat

    model.eval()
    encoded = [chat.encode(row, tokenizer, 256) for row in unseen]
    found = reference_logprobs(model, tokenizer.pad_token_id, encoded, 64)
    prompts = [chat.encode_prompt(row["prompt"], tokenizer) for row in unseen]
    answers = generate(model, tokenizer, prompts, 64, 48)
    wanted = [row["completion"][0]["content"].strip() for row in unseen]
    right = [one.text == text for one, text in zip(answers, wanted, strict=True)]
    loss = -sum(one.logprob for one in found) / sum(one.tokens for one in found)
    return loss, float(np.mean(right))


def teacher(base: Path, work: Path) -> tuple[Path, Trained]:
    """Train the teacher and save it as a phase does."""
    one = phase(**TEACHER)
    taught = rows(UNSEEN, TAUGHT)
    trained = train(one, base, taught, taught[:64], work / "teacher-work", seed=0)
    made = {"data": {}, "settings": {"max_length": 256}, "parents": [], "seed": 0}
    save(trained, one, made, "teacher", work / "teacher")
    return work / "teacher", trained


def student(
    base: Path, partner: Path, work: Path, objective: dict[str, Any], seed: int, whole: bool
) -> tuple[float, float]:
    """Train a student and measure it."""
    everyone = [{**row, "id": f"row-{n}"} for n, row in enumerate(rows(UNSEEN + TAUGHT, 700))]
    order = np.random.default_rng(seed).permutation(len(everyone))[: OWN + 32]
    own = [everyone[place] for place in order]
    dials = phase(objective=objective, **(TEACHER | {"epochs": 4} if whole else STUDENT))
    trained = train(dials, base, own[:OWN], own[OWN:], work, seed=seed, partner=partner)
    found = measured(trained.model, trained.start.tokenizer, rows(0, UNSEEN))
    print(f"{work.name}: loss {found[0]:.4f}, exact match {found[1]:.3f}", flush=True)
    return found


def interval(values: list[float]) -> str:
    """Return a mean and Student's interval over seeds, in words."""
    from scipy.stats import t

    mean, n = float(np.mean(values)), len(values)
    if n < 2:
        return f"{mean:+.3f}"
    half = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / n**0.5)
    return f"{mean:+.3f} ({mean - half:+.3f} to {mean + half:+.3f})"


def main() -> None:
    """Train all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--whole", action="store_true", help="a student of all layers, with LoRA")
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    names = [n for n in OBJECTIVES if not given.only or n == "likelihood" or n in given.only]
    with tempfile.TemporaryDirectory() as folder:
        work, base = Path(folder), Path(folder) / "base"
        resolve(BaseParams(model="data/demo-base")).write(base)
        partner, trained = teacher(base, work)
        loss, right = measured(trained.model, trained.start.tokenizer, rows(0, UNSEEN))
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for seed in range(given.seeds):
            for name in names:
                place = work / f"{name}-{seed}"
                how = OBJECTIVES[name]
                found[name].append(student(base, partner, place, how, seed, given.whole))
    print("\n| objective | loss | exact match | loss − likelihood | exact match − likelihood |")
    print("|---|--:|--:|--:|--:|")
    print(f"| (teacher) | {loss:.3f} | {right:.3f} | | |")
    for name, scores in found.items():
        apart = [
            interval([a[k] - b[k] for a, b in zip(scores, found["likelihood"], strict=True)])
            for k in (0, 1)
        ]
        means = [float(np.mean([one[k] for one in scores])) for k in (0, 1)]
        told = ["", ""] if name == "likelihood" else apart
        print(f"| {name} | {means[0]:.3f} | {means[1]:.3f} | {told[0]} | {told[1]} |")


if __name__ == "__main__":
    main()
