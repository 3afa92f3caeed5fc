"""Trains the demo's base with every method on 1,000 demo rows and prints what that gave, CPU.

`python -m benchmarks.methods` trains all, `python -m benchmarks.methods lora freeze` those named.
Each runs once, at one rate that was chosen by hand: read it as "all of them learn", no ranking.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction.logprobs import reference_logprobs
from tunesmith.rows import Row
from tunesmith.tasks import chat
from tunesmith.training.params import Phase
from tunesmith.training.run import train

DATA = Path("data/demo/support_en.jsonl")
RUNS: dict[str, tuple[dict[str, Any], float]] = {  # name → method, learning rate
    "full": ({"kind": "full"}, 1e-3),
    "freeze": ({"kind": "freeze", "layers": 1}, 3e-3),
    "lora": ({"kind": "lora"}, 5e-3),
    "lora_plus": ({"kind": "lora", "lora_plus": 16}, 1e-3),
    "dora": ({"kind": "lora", "dora": True}, 5e-3),
    "rslora": ({"kind": "lora", "rslora": True}, 2e-3),
    "pissa": ({"kind": "lora", "init": "pissa"}, 2e-3),
    "olora": ({"kind": "lora", "init": "olora"}, 2e-3),
    "qlora": ({"kind": "qlora"}, 5e-3),
    "houlsby": ({"kind": "adapter"}, 3e-3),
    "pfeiffer": ({"kind": "adapter", "placement": "pfeiffer"}, 3e-3),
    "ia3": ({"kind": "ia3"}, 5e-2),
    "prefix": ({"kind": "prefix"}, 3e-2),
}


def main() -> None:
    """Print one row a method."""
    rows = demo_rows()
    print(
        "| method | rate | trained weights | nats a token, unseen | CPU s |\n|---|--:|--:|--:|--:|"
    )
    with tempfile.TemporaryDirectory() as work:
        base = Path(work) / "base"
        resolve(BaseParams(model="data/demo-base")).write(base)
        print(f"| base | | | {nats(load(base, 'chat', []), rows[:100]):.3f} | |")
        for name in sys.argv[1:] or RUNS:
            print(line(name, base, rows, Path(work)), flush=True)


def line(name: str, base: Path, rows: list[Row], work: Path) -> str:
    """Train one method and return its row of the table."""
    method, rate = RUNS[name]
    dials = {"from": "base", "with": "base", "task": "chat", "method": method, "max_length": 256}
    phase = Phase.model_validate({**dials, "learning_rate": rate, "evaluations_per_epoch": 1})
    started = time.process_time()
    trained = train(phase, base, rows[100:], rows[:100], work / name, seed=0)
    seconds = time.process_time() - started
    weights = sum(w.numel() for w in trained.model.parameters() if w.requires_grad)
    return f"| {name} | {rate:g} | {weights:,} | {nats(trained, rows[:100]):.3f} | {seconds:.1f} |"


def nats(of: Any, rows: list[Row]) -> float:
    """Return the mean surprise of the answers' tokens, from what was loaded or trained."""
    tokenizer = getattr(of, "tokenizer", None) or of.start.tokenizer
    encoded = [chat.encode(row, tokenizer, 256) for row in rows]
    scores = reference_logprobs(of.model.eval(), tokenizer.pad_token_id, encoded, 50)
    return -sum(one.logprob for one in scores) / sum(one.tokens for one in scores)


def demo_rows() -> list[Row]:
    """Return 1,100 rows of the demo in an order of our own; the first 100 are not trained."""
    records = [json.loads(text) for text in DATA.read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(records)
    sound = [r for r in records if _is_text(r.get("output")) and _is_text(r.get("instruction"))]
    return [_row(number, record) for number, record in enumerate(sound[:1100])]


def _row(number: int, record: dict[str, Any]) -> Row:
    """Return a record as a chat row."""
    asked = f"{record['instruction']}\n{record.get('input') or ''}".strip()
    return {
        "source": f"{DATA.name}:{number}",
        "task": "chat",
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": record["output"]}],
    }


def _is_text(value: Any) -> bool:
    """True for a text that is not empty."""
    return isinstance(value, str) and bool(value)


if __name__ == "__main__":
    main()
