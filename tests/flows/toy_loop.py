"""A project whose model knows a slice as well as it has rows of it: the improve loop in seconds.

A row of slice S and place i is answered right if i < 4 x the train rows of S. `harm.txt` names a
slice that every row of feedback makes worse, `dull.txt` one that no row of feedback helps.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLICES = ("refund", "order", "账单")
DVC_YAML = """\
stages:
  split:
    cmd: python toy_loop.py split
    deps: [toy_loop.py, rows.json]
    outs: [data/splits]
  train:
    cmd: python toy_loop.py augment train
    deps: [toy_loop.py, data/splits, data/feedback, harm.txt, dull.txt]
    params: [phases.sft, augment]
    outs: [data/train/train.parquet, models/sft, reports/efficiency/train-sft.json]
    metrics: [reports/training/sft.json: {cache: false}]
  champion:
    cmd: python -m stages.champion --pointer champion.json --base base --champion models/champion
    deps: [champion.json, base]
    outs: [models/champion]
  evaluate:
    cmd: python toy_loop.py evaluate propose
    deps: [toy_loop.py, data/splits, models/sft, pool.json]
    outs: [data/evaluation/per_row.parquet, data/proposals/candidates.jsonl]
    metrics: [reports/metrics.json: {cache: false}]
  gate:
    cmd: python toy_loop.py gate
    deps: [toy_loop.py, models/sft, models/champion]
    metrics: [reports/gate.json: {cache: false}]
"""


def row(number: int, slice_: str, split: str) -> dict[str, object]:
    """Return a chat row whose question no other row asks."""
    digits = "".join("零一二三四五六七八九"[int(one)] for one in f"{number:04d}")
    return {
        "id": f"{split}-{slice_}-{number:04d}",
        "task": "chat",
        "prompt": [{"role": "user", "content": f"{slice_} {digits} {number * 7919 % 9973}?"}],
        "completion": [{"role": "assistant", "content": f"{slice_}: {number}"}],
        "source": f"toy.jsonl:{number}",
        "lang": "zh" if slice_ == "账单" else "en",
        "split": split,
        "meta": json.dumps({"intent": slice_, "place": number % 100}, ensure_ascii=False),
    }


def sizes(train: dict[str, int]) -> list[dict[str, object]]:
    """Return the rows of a project with so many train rows of each slice."""
    rows = [row(k, one, "train") for one, count in train.items() for k in range(count)]
    for start, split in ((1000, "validation"), (2000, "test")):
        rows += [row(start + k, one, split) for one in SLICES for k in range(60)]
    return rows


def split() -> None:
    from tunesmith.rows import to_frame, write_rows

    rows = json.loads(Path("rows.json").read_text())
    for name in ("train", "validation", "test", "ood"):
        frame = to_frame(one for one in rows if one["split"] == name)
        write_rows(Path(f"data/splits/{name}.parquet"), frame)


def augment() -> None:
    from tunesmith.augmenters.feedback import read_rounds
    from tunesmith.rows import read_rows, to_frame, to_rows, write_rows

    rows = to_rows(read_rows(Path("data/splits/train.parquet")))
    rows += [one for made in read_rounds(Path("data/feedback")) for one in made.rows]
    write_rows(Path("data/train/train.parquet"), to_frame(rows))


def train() -> None:
    from tunesmith.files import write_json
    from tunesmith.params import load_yaml, plain
    from tunesmith.rows import meta_of, read_rows, to_rows

    harm, dull = (Path(f"{name}.txt").read_text().strip() for name in ("harm", "dull"))
    rows = to_rows(read_rows(Path("data/train/train.parquet")))
    added = [one for one in rows if one["op"]]
    known = dict.fromkeys(SLICES, 0)
    for one in rows:
        intent = meta_of(one)["intent"]
        known[intent] += not (one["op"] and intent == dull)
    known[harm or SLICES[0]] -= len(added) if harm else 0
    phase = plain(load_yaml(Path("params.yaml")))["phases"]["sft"]
    write_json(Path("models/sft/known.json"), {"known": known, "epochs": phase["epochs"]})
    write_json(Path("reports/training/sft.json"), {"best_step": 10, "last_step": 20,
               "overfitting_since_step": None, "diverging_at": None})  # fmt: skip
    seconds = len(rows) * phase["epochs"] / 10  # told apart from what another training took
    write_json(Path("reports/efficiency/train-sft.json"), {"train_seconds": seconds})


def evaluate() -> None:
    import pandas as pd

    from tunesmith.files import write_json
    from tunesmith.rows import meta_of, read_rows, to_rows

    model = json.loads(Path("models/sft/known.json").read_text())
    lines = []
    for name in ("validation", "test"):
        for one in to_rows(read_rows(Path(f"data/splits/{name}.parquet"))):
            meta = meta_of(one)
            right = meta["place"] < 4 * model["known"][meta["intent"]] * model["epochs"] / 2
            lines.append({"id": one["id"], "model": "candidate", "exact_match": float(right)})
    table = pd.DataFrame(lines)
    Path("data/evaluation").mkdir(parents=True, exist_ok=True)
    table.to_parquet("data/evaluation/per_row.parquet")
    test = table[table["id"].str.startswith("test")]
    write_json(Path("reports/metrics.json"), {"exact_match": float(test["exact_match"].mean())})


def propose() -> None:
    import pandas as pd

    from tunesmith.files import write_jsonl
    from tunesmith.rows import read_rows, to_rows

    scores = pd.read_parquet("data/evaluation/per_row.parquet").set_index("id")["exact_match"]
    validation = to_rows(read_rows(Path("data/splits/validation.parquet")))
    pool = json.loads(Path("pool.json").read_text())
    found = []
    for slice_ in SLICES:
        ids = [one["id"] for one in validation if f"-{slice_}-" in one["id"]]
        if scores[ids].mean() < 0.9:
            own = [one for one in pool if json.loads(one["meta"])["intent"] == slice_]
            found += [_proposal(one, slice_, place) for place, one in enumerate(own)]
    write_jsonl(Path("data/proposals/candidates.jsonl"), found)


def _proposal(one: dict[str, object], slice_: str, place: int) -> dict[str, object]:
    from tunesmith.files import sha256_text

    origin = {"id": sha256_text(str(one["id"]))[:16], "slice": f"meta.intent={slice_}",
              "reason": "below the rest", "maker": "mine", "score": 1.0 - place / 1000,
              "needs": one.get("needs")}  # fmt: skip
    return {key: one[key] for key in one if key not in ("needs", "split", "id")} | {
        "proposal": origin
    }


def gate() -> None:
    from tunesmith.files import write_json

    known = json.loads(Path("models/sft/known.json").read_text())["known"]
    old = Path("models/champion/known.json")
    before = json.loads(old.read_text())["known"] if old.exists() else {}
    word = "SHIP" if sum(known.values()) > sum(before.values()) else "HOLD"
    write_json(Path("reports/gate.json"), {"verdict": word, "reasons": ["as the rows say"]})


if __name__ == "__main__":
    for step in sys.argv[1:]:
        globals()[step]()
