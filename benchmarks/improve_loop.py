"""Does the improve loop find a slice that was starved on purpose, mend it, and harm nothing?

A learner is really trained on rows of which a few values keep five train rows each. Rounds follow
as `tunesmith improve` makes them: slices are chosen on validation rows, rows are proposed, guarded
and added, and a proof on test rows keeps the round or rolls it back. An oracle answers the rows
that are mined. Beside it, as many random rows of the pool (or of the stock, where there is no
pool), and as many plainly augmented rows. Closed: the share of the gap to a model that was fed all
rows. `--null` starves nothing, and asks fresh rows whether the gains that were claimed are real.

    python -m benchmarks.improve_loop --data DATA [--seeds 5] [--sets clinc,demo] [--model]
    python -m benchmarks.improve_loop --data DATA --null --seeds 20
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.starved import Answers, Learner, Starved, demo, labelled, linear, phase_of, starve
from benchmarks.starved import value_of as value
from stages.augment import augment
from stages.propose import Given, Held, propose
from tunesmith.analysis import AnalyzeParams
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round as Feedback
from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.augmenters.tools import Tools
from tunesmith.improve.lesson import lesson
from tunesmith.improve.parts import parts_of
from tunesmith.improve.proof import HARM, Proof, part, prove
from tunesmith.improve.spending import level
from tunesmith.proposals import ProposeParams
from tunesmith.proposals.membership import AND, membership
from tunesmith.rows import Row, reference_of, to_frame

ROUNDS, LOOKS, ALPHA = 3, 10, 0.05
DIALS = {
    "task": "chat",
    "method": {"kind": "lora", "r": 16, "alpha": 32},
    "epochs": 2,
    "learning_rate": 5e-3,
    "per_device_batch_size": 16,
}


class Case(NamedTuple):
    """A set, the sizes of its parts for each value, how many values starve, and its learner."""

    name: str
    rows: Callable[[int], list[Row]]
    sizes: dict[str, int]
    column: str
    starved: int
    pool: bool
    proposed: int
    learner: Learner


class State(NamedTuple):
    """Rounds of feedback, the train rows with them, what the model answers, what is right."""

    rounds: list[Feedback]
    train: list[Row]
    answers: dict[str, str]
    right: dict[str, float]


class Line(NamedTuple):
    """What one seed came to."""

    found: bool
    rounds: str
    added: int
    starved: float
    loop: float
    random: float
    plain: float
    full: float
    harmed: bool
    claims: int
    unconfirmed: int
    made: int

    def closed(self, score: float) -> float:
        """Return the share of the gap that a score closes."""
        return (score - self.starved) / max(self.full - self.starved, 1e-9)


def cases(data: Path, with_model: bool) -> list[Case]:
    """Return the sets that are tried."""
    chat = phase_of("data/demo-base", DIALS) if with_model else linear
    return [
        Case(
            "clinc",
            lambda _seed: labelled(data / "clinc150", "train.jsonl.gz", "en"),
            {"train": 30, "validation": 30, "test": 30, "fresh": 5},
            "label", 3, True, 90, linear,
        ),
        Case(
            "thucnews",
            lambda _seed: labelled(data / "thucnews_titles", "dev.jsonl.gz", "zh"),
            {"train": 250, "validation": 120, "test": 250, "fresh": 200},
            "label", 1, True, 150, linear,
        ),
        Case(
            "demo",
            demo,
            {"train": 120, "validation": 40, "test": 60, "fresh": 60},
            "meta.intent", 1, False, 90, chat,
        ),
        Case(
            "demo-pool",
            demo,
            {"train": 120, "validation": 40, "test": 60, "fresh": 60},
            "meta.intent", 1, True, 90, chat,
        ),
    ]  # fmt: skip


def learnt(
    case: Case, data: Starved, train: list[Row], seed: int, rounds: Sequence[Feedback] = ()
) -> State:
    """Train on rows and answer all others."""
    asked = [*data.validation, *data.test, *data.fresh]
    found: Answers = case.learner(train, data.validation, asked, seed)
    pairs = list(zip(asked, found, strict=True))
    return State(
        list(rounds),
        train,
        {row["id"]: answer for row, answer in pairs},
        {row["id"]: float(answer == reference_of(row).strip()) for row, answer in pairs},
    )


def per_row(state: State) -> pd.DataFrame:
    """Return the answers as stage evaluate writes them."""
    names = list(state.answers)
    return pd.DataFrame(
        {
            "id": names,
            "model": "candidate",
            "prediction": list(state.answers.values()),
            "exact_match": [state.right[one] for one in names],
            "accuracy": [state.right[one] for one in names],
            "finished": True,
            "truncated": False,
            "generated_tokens": np.nan,
            "logprob": np.nan,
            "reference_tokens": np.nan,
            "answer_logprob": np.nan,
        }
    )


def proposed(case: Case, data: Starved, state: State, seed: int) -> list[Row]:
    """Return what stage propose proposes, answered by the oracle."""
    metric = "accuracy" if data.validation[0]["task"] == "classification" else "exact_match"
    makers = ProposeParams.read("propose").makers
    settings = ProposeParams(
        metric=metric, slices=(case.column,), rows=case.proposed, makers=makers
    )
    blank = {"label": None, "completion": None}
    pool = [{**row, **blank} if case.pool else row for row in data.pool]
    held = Held([*data.validation, *data.test], [])
    found = propose(
        to_frame(data.validation), to_frame(state.train), per_row(state), held,
        Given(pool, []), settings, seed, Tools(),
    )  # fmt: skip
    oracle = {row["id"]: row for row in data.pool}
    by_text = {question(row): row for row in oracle.values()}
    accepted = []
    for line in found.lines:
        row = dict(line)
        if row["proposal"]["needs"] == "answer":
            known = by_text[question(row)]
            row |= {key: known[key] for key in ("label", "completion") if known.get(key)}
        if row["proposal"]["needs"] != "review":
            accepted.append(row)
    return accepted


def question(row: Row) -> str:
    """Return what a row asks."""
    return str(row.get("text") or row["prompt"])


def fed(data: Starved, rounds: list[Feedback], seed: int) -> list[Row]:
    """Return the train rows with the rounds, as stage augment adds them."""
    held = [to_frame(data.validation), to_frame(data.test)]
    params = AugmentParams.model_validate({})
    return list(augment(to_frame(data.train), held, rounds, params, seed).rows)


def as_round(rows: Sequence[Row], number: int) -> Feedback:
    """Return the rows of a lesson as a round of feedback."""
    name = f"{number:03d}"
    taken = [
        checked_row(row, f"{name}:{place}", f"{name}:{place}", f"feedback:{name}")
        for place, row in enumerate(rows)
    ]
    return Feedback(name, name, taken)


def one_round(
    case: Case, data: Starved, state: State, tried: list[str], look: int, seed: int
) -> tuple[State, Proof, tuple[str, ...], int] | None:
    """Make a round; None where no row is left to add."""
    accepted = proposed(case, data, state, seed)
    taken = lesson(accepted, [*data.validation, *data.test], state.train, tried, None, 0.9, seed)
    if not taken.rows:
        return None
    tried += taken.contents
    rounds = [*state.rounds, as_round(taken.rows, look)]
    after = learnt(case, data, fed(data, rounds, seed), seed, rounds)
    ids = [row["id"] for row in data.test]
    scores = [np.array([one.right[key] for key in ids]) for one in (state, after)]
    settings = AnalyzeParams(metric="exact_match", slices=(case.column, "lang"))
    parts = parts_of(to_frame(data.test), to_frame(state.train), taken.targets, ["lang"], settings)
    proof = prove(*scores, parts.target, parts.protected, level("even", ALPHA, LOOKS, look), seed)
    told = "; ".join(proof.reasons)
    print(f"{case.name} {seed}: round {look}: {taken.added}: {told}", file=sys.stderr, flush=True)
    return after, proof, taken.targets, len(taken.rows)


def confirmed(data: Starved, before: State, after: State, targets: Sequence[str]) -> bool:
    """Tell whether rows that nobody has looked at show the gain too."""
    asked = [membership(one, data.train) for one in targets]
    own = [row for row in data.fresh if any(one(row) for one in asked)] or data.fresh
    moved = [after.right[row["id"]] - before.right[row["id"]] for row in own]
    return bool(np.mean(moved) > 0)


def run(case: Case, starving: bool, seed: int) -> Line:
    """Run the loop and its controls on one seed."""
    count = case.starved if starving else 0
    data = starve(case.rows(seed), case.sizes, case.column, count, case.pool, seed)
    start = state = learnt(case, data, data.train, seed)
    tried, words, added, found = list[str](), list[str](), 0, False
    claims = unconfirmed = 0
    for number in range(1, ROUNDS + 1):
        made = one_round(case, data, state, tried, number, seed)
        if made is None:
            break
        after, proof, targets, rows = made
        named = {f"{case.column}={one}" for one in data.values}
        found |= number == 1 and any(AND.split(one)[0] in named for one in targets)
        words.append(f"{'+' if proof.kept else '-'}{rows}")
        if proof.kept:
            claims += 1
            unconfirmed += not confirmed(data, state, after, targets)
            state, added = after, added + rows
    if not starving:
        return Line(found, " ".join(words), added, 0, 0, 0, 0, 0, False, claims, unconfirmed,
                    len(words))  # fmt: skip
    controls = [learnt(case, data, rows, seed) for rows in others(data, added, seed)]
    full = learnt(case, data, data.full, seed)
    own = [one.right for one in (start, state, *controls, full)]
    target = [row["id"] for row in data.test if value(row, case.column) in data.values]
    rest = [row["id"] for row in data.test if value(row, case.column) not in data.values]
    means = [float(np.mean([one[key] for key in target])) for one in own]
    before, after_ = (np.array([one[key] for key in rest]) for one in own[:2])
    harmed = part("rest", before, after_, seed).loss_p <= HARM
    return Line(found, " ".join(words), added, *means, harmed, claims, unconfirmed, len(words))


def others(data: Starved, added: int, seed: int) -> Iterator[list[Row]]:
    """Yield train rows with as many random rows, and with as many plainly augmented ones."""
    rng = np.random.default_rng([seed, 23])
    known = {row["id"] for row in data.train}
    stock = data.pool or [row for row in data.full if row["id"] not in known] + data.fresh
    picked = rng.choice(len(stock), min(added, len(stock)), replace=False)
    yield [*data.train, *(stock[place] for place in picked)]
    steps = [
        {"kind": "synonym", "rows": max(added // 2, 1)},
        {"kind": "eda", "rows": max(added - added // 2, 1)},
    ]
    params = AugmentParams.model_validate({"steps": steps})
    empty: list[Feedback] = []
    held = [to_frame(data.validation), to_frame(data.test)]
    made = augment(to_frame(data.train), held, empty, params, seed).rows
    yield list(made) if added else list(data.train)


def table(name: str, lines: Sequence[Line]) -> None:
    """Print what the seeds of a set came to."""
    for seed, one in enumerate(lines):
        cells = [
            name, seed, "yes" if one.found else "no", one.rounds or "–",
            f"{one.starved:.2f}", f"{one.loop:.2f}", f"{one.random:.2f}", f"{one.plain:.2f}",
            f"{one.full:.2f}",
            *(f"{one.closed(score):.0%}" for score in (one.loop, one.random, one.plain)),
            "yes" if one.harmed else "no",
        ]  # fmt: skip
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    good = sum(one.closed(one.loop) >= 0.5 and not one.harmed and one.found for one in lines)
    print(
        f"{name}: found, half of the gap closed and nothing harmed in {good} of {len(lines)} seeds"
    )


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", default="clinc,thucnews,demo,demo-pool")
    parser.add_argument("--model", action="store_true", help="the demo's answers by its real model")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--null", action="store_true", help="starve nothing")
    flags = parser.parse_args()
    started = time.monotonic()
    if not flags.null:
        print("| set | seed | found | rounds (+ kept, - rolled back) | starved | loop | random | "
              "plain | full | closed by loop | random | plain | harmed |")  # fmt: skip
        print("|---|--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|", flush=True)
    for name in flags.sets.split(","):
        work = partial(_by_name, flags.data, flags.model, name, not flags.null)
        lines = list(_all(work, flags.seeds, flags.jobs))
        if flags.null:
            made, claims, wrong = (sum(getattr(one, key) for one in lines)
                                   for key in ("made", "claims", "unconfirmed"))  # fmt: skip
            share = wrong / max(made, 1)
            print(f"{name}: {made} rounds of {flags.seeds} seeds, {claims} gains claimed, "
                  f"{wrong} of them not seen on fresh rows ({share:.1%} of rounds)")  # fmt: skip
        else:
            table(name, lines)
    print(f"{time.monotonic() - started:.0f} s")


def _by_name(data: Path, with_model: bool, name: str, starving: bool, seed: int) -> Line:
    """Run one seed of a set; the set travels by its name."""
    case = next(one for one in cases(data, with_model) if one.name == name)
    return run(case, starving, seed)


def _all(work: Callable[[int], Line], seeds: int, jobs: int) -> Iterator[Line]:
    """Yield the lines of all seeds."""
    if jobs == 1:
        yield from map(work, range(seeds))
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, range(seeds))


if __name__ == "__main__":
    main()
