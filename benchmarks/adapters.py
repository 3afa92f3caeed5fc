"""Merges adapters of two domains in every way, and compares own adapters with a shared one, CPU.

`python -m benchmarks.adapters [--seeds 3] [--only merge personal]`, on the demo's base and rows.

merge: an English and a Chinese adapter, LoRA on 320 rows each, two epochs; one trained on both at
once; and what the ways of combining make of the two. Exact match on 150 unseen rows of each
language, and the mean of both minus that of `joint`, with Student's interval of 95 % over seeds.

personal: 24 users with 14 train and 6 held-out rows each; every user wants answers to end in words
of its own, which the prompt does not tell. The shared adapter is trained on all of them. The
control deals the same rows out to users who want nothing of their own: nothing is to be gained.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.distil.speech import measured, phase
from benchmarks.distil.table import interval
from benchmarks.small_task import rows
from stages.train import save
from tunesmith.bundles.load import load_bundle
from tunesmith.combining import Combination
from tunesmith.combining.run import combine
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.personal import Personal
from tunesmith.personal.run import personalise
from tunesmith.rows import Row
from tunesmith.training.run import train

WAYS: dict[str, dict[str, Any]] = {
    "linear, half each": {"kind": "linear"},
    "linear, all of both": {"kind": "linear", "weights": [1, 1]},
    "ties": {"kind": "ties", "weights": [1, 1], "density": 0.5},
    "dare": {"kind": "dare", "weights": [0.5, 0.5], "density": 0.5},
    "dare, then ties": {"kind": "dare", "weights": [1, 1], "density": 0.5, "then": "ties"},
}
ROUTE = {"kind": "route", "by": "lang", "to": {"zh": "zh"}, "otherwise": "en", "learn": True}
LORA = {"method": {"kind": "lora"}, "learning_rate": 5e-3, "epochs": 2}
EACH, UNSEEN, USERS, OWN, HELD = 320, 150, 24, 14, 6
MADE: dict[str, Any] = {"data": {}, "settings": {"max_length": 256}, "parents": [], "seed": 0}
Scores = dict[str, tuple[float, float]]


def adapter(base: Path, out: Path, own: list[Row], seed: int) -> Path:
    """Train an adapter on rows and save it as a phase does."""
    one = phase(**LORA)
    trained = train(one, base, own, own[:32], out.with_name(f"{out.name}-work"), seed=seed)
    save(trained, one, MADE, out.name, out)
    return out


def merges(base: Path, work: Path, seed: int) -> Scores:
    """Return exact match in English and Chinese of every way."""
    found_rows = enumerate(rows(0, 10**6, seed))  # of both languages in turn
    everyone = [{**row, "id": f"row-{n}", "lang": ("en", "zh")[n % 2]} for n, row in found_rows]
    halves = {lang: [row for row in everyone if row["lang"] == lang] for lang in ("en", "zh")}
    unseen = {lang: some[:UNSEEN] for lang, some in halves.items()}
    taught = {lang: some[UNSEEN : UNSEEN + EACH] for lang, some in halves.items()}
    both = [row for pair in zip(*taught.values(), strict=True) for row in pair]
    folders = {lang: adapter(base, work / lang, own, seed) for lang, own in taught.items()}
    joint = adapter(base, work / "joint", both, seed)
    found = {"joint": scored(joint, unseen)}
    found |= {f"{lang} alone": scored(folder, unseen) for lang, folder in folders.items()}
    for name, how in WAYS.items():
        wanted = Combination.model_validate({"of": ["en", "zh"], "how": how})
        combine("merged", wanted, folders, both, seed, work / "merged")
        found[name] = scored(work / "merged", unseen)
    wanted = Combination.model_validate({"of": ["en", "zh"], "how": ROUTE})
    outcome = combine("routed", wanted, folders, both, seed, work / "routed")
    found[f"route, told from the text ({outcome['told_right']:.3f})"] = routed(
        work / "routed", unseen
    )
    return found


def scored(folder: Path, unseen: dict[str, list[Row]]) -> tuple[float, float]:
    """Return exact match in both languages."""
    loaded = load(folder, "chat", [])
    en, zh = (measured(loaded.model, loaded.tokenizer, own)[1] for own in unseen.values())
    return en, zh


def routed(folder: Path, unseen: dict[str, list[Row]]) -> tuple[float, float]:
    """Return exact match of a bundle, each row answered by the adapter that it is routed to."""
    bundle, shelf = load_bundle(folder)
    found = []
    for own in unseen.values():
        names, right = bundle.routes(folder, own), 0.0
        for name in sorted(set(names)):
            part = [row for row, one in zip(own, names, strict=True) if one == name]
            with shelf.wearing(name) as loaded:
                right += measured(loaded.model, loaded.tokenizer, part)[1] * len(part)
        found.append(right / len(own))
    return found[0], found[1]


def print_merges(all_scores: list[Scores]) -> None:
    """Print a line for each way; names that hold a number are one way."""
    print("\n| adapter | English | Chinese | mean minus joint |\n|---|--:|--:|--:|")
    for place, name in enumerate(all_scores[0]):
        own = [list(scores.values())[place] for scores in all_scores]
        joint = [scores["joint"] for scores in all_scores]
        en, zh = np.mean(own, axis=0)
        apart = [float(np.mean(a) - np.mean(b)) for a, b in zip(own, joint, strict=True)]
        print(f"| {name} | {en:.3f} | {zh:.3f} | {'' if not place else interval(apart)} |")


def personal(base: Path, work: Path, seed: int, styled: bool) -> dict[str, Any]:
    """Return what own adapters gain."""
    chosen = rows(0, USERS * (OWN + HELD), seed)
    dealt = [_styled(row, n, n % USERS, styled) for n, row in enumerate(chosen)]
    own, held = dealt[: USERS * OWN], dealt[USERS * OWN :]
    shared = adapter(base, work / "shared", own, seed)
    dials = Personal.model_validate(
        {"from": "shared", "by": "meta.user", "learning_rate": 5e-3, "epochs": 4, "max_length": 256}
    )
    return personalise("own", dials, shared, own, held, seed, work / "w", work / "own").outcome


def _styled(row: Row, number: int, user: int, styled: bool) -> Row:
    """Return the row of a user, whose answers end in two words that only this user wants."""
    words = [" thanks", " bye", " 谢谢", " 再见", " cheers"]
    end = words[user % 5] + words[user // 5] if styled else ""
    text = row["completion"][0]["content"] + end
    answer = [{"role": "assistant", "content": text}]
    meta = json.dumps({"user": f"user-{user}"})
    return {**row, "id": f"row-{number}", "completion": answer, "meta": meta}


def main() -> None:
    """Train all and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["merge", "personal"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        resolve(BaseParams(model="data/demo-base")).write(base)
        if "merge" in given.only:
            print_merges([merges(base, Path(folder) / f"m{s}", s) for s in range(given.seeds)])
        if "personal" in given.only:
            found = {
                name: personal(base, Path(folder) / name, 0, styled)
                for name, styled in (("own words", True), ("control", False))
            }
            print("\n| users | shared loss | own loss | gain (95 %) | better | worse |")
            print("|---|--:|--:|--:|--:|--:|")
            for name, one in found.items():
                gain = f"{one['gain']:+.3f} ({one['low']:+.3f} to {one['high']:+.3f})"
                counts = f"{one['better']} | {one['worse']}"
                losses = f"{one['shared_loss']:.3f} | {one['own_loss']:.3f}"
                print(f"| {name} | {losses} | {gain} | {counts} |")


if __name__ == "__main__":
    main()
