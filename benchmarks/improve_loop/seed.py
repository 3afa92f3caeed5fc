"""One seed: rounds until the loop stops, and the controls beside it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from benchmarks.improve_loop.rounds import confirmed, learnt, one_round
from benchmarks.improve_loop.sets import Case, cases
from benchmarks.starved import Starved, starve
from benchmarks.starved import value_of as value
from stages.augment import augment
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round as Feedback
from tunesmith.improve.ledger import Round
from tunesmith.improve.proof import HARM, part
from tunesmith.proposals.membership import AND
from tunesmith.rows import Row, to_frame

ROUNDS, PATIENCE = 3, 2


class Line(BaseModel):
    """What one seed of a set came to; shares are of test rows of the starved values."""

    name: str
    seed: int
    values: tuple[str, ...]
    found: bool = False
    rounds: str = ""
    starved: float = 0.0
    loop: float = 0.0
    random: float = 0.0
    plain: float = 0.0
    full: float = 0.0
    harmed: bool = False
    made: int = 0
    claims: int = 0
    unconfirmed: int = 0

    def closed(self, score: float) -> float:
        """Return the share of the gap that a score closes."""
        return (score - self.starved) / max(self.full - self.starved, 1e-9)

    @property
    def is_good(self) -> bool:
        """True if the slice was found, half of the gap closed, and nothing harmed."""
        return self.found and self.closed(self.loop) >= 0.5 and not self.harmed


def run_named(data: Path, with_model: bool, starving: bool, job: tuple[str, int]) -> Line:
    """Run one seed of a set; the set travels to another process by its name."""
    name, seed = job
    return run(next(one for one in cases(data, with_model) if one.name == name), starving, seed)


def run(case: Case, starving: bool, seed: int) -> Line:
    """Run the loop and its controls on one seed."""
    count = case.starved if starving else 0
    data = starve(case.rows(seed), case.sizes, case.column, count, case.pool, seed)
    start = state = learnt(case, data, data.train, seed)
    line = Line(name=case.name, seed=seed, values=data.values)
    ledger, words, added = list[Round](), list[str](), 0
    while len(ledger) < ROUNDS and not _is_over(ledger):
        made = one_round(case, data, state, ledger, seed)
        if made is None:
            break
        ledger.append(made.round)
        what = str(made.rows) if made.rows else "balance"
        words.append(f"{'+' if made.proof.kept else '−'}{what}")
        if made.proof.kept:
            line.claims += 1
            if not starving:
                line.unconfirmed += not confirmed(data, state, made.after, made.round.targets)
            state, added = made.after, added + made.rows
    line.made, line.rounds = len(ledger), " ".join(words)
    if not starving:
        return line
    named = {f"{case.column}={one}" for one in data.values}
    line.found = any(AND.split(one)[0] in named for one in ledger[0].targets) if ledger else False
    own = [row for row in data.test if value(row, case.column) in data.values]
    rest = [row["id"] for row in data.test if value(row, case.column) not in data.values]
    controls = [*others(data, added, seed), data.full]
    every = [start, state, *(learnt(case, data, rows, seed, asked=own) for rows in controls)]
    means = [float(np.mean([one.right[row["id"]] for row in own])) for one in every]
    line.starved, line.loop, line.random, line.plain, line.full = means
    before, after = (np.array([one.right[key] for key in rest]) for one in (start, state))
    line.harmed = part("rest", before, after, seed).loss_p <= HARM
    return line


def _is_over(ledger: list[Round]) -> bool:
    """True after `improve.patience` rounds in a row that did not help."""
    last = ledger[-PATIENCE:]
    return len(last) == PATIENCE and not any(one.kept for one in last)


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
