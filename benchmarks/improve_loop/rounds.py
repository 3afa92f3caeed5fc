"""One round of the loop as `tunesmith improve` makes it, of rows or of the mixture."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.improve_loop.sets import Case
from benchmarks.starved import Answers, Starved
from stages.augment import augment
from stages.propose import Given, Held, propose
from tunesmith.analysis import AnalyzeParams
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round as Feedback
from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.augmenters.tools import Tools
from tunesmith.balance import Balance
from tunesmith.improve.choice import choose
from tunesmith.improve.ledger import Round
from tunesmith.improve.lesson import lesson
from tunesmith.improve.mixture import DIAL, mixture_moves
from tunesmith.improve.parts import parts_of
from tunesmith.improve.proof import Proof, prove
from tunesmith.improve.spending import level
from tunesmith.proposals import ProposeParams
from tunesmith.proposals.membership import membership
from tunesmith.rows import Row, reference_of, to_frame

LOOKS, ALPHA = 10, 0.05


class State(NamedTuple):
    """What a model was trained on, what it answers, and what of that is right."""

    rounds: list[Feedback]
    balance: Balance | None
    train: list[Row]  # with the rounds, evened out
    answers: dict[str, str]
    right: dict[str, float]


class Made(NamedTuple):
    """What a round came to."""

    after: State
    round: Round
    proof: Proof
    rows: int


def learnt(
    case: Case,
    data: Starved,
    train: list[Row],
    seed: int,
    rounds: Sequence[Feedback] = (),
    balance: Balance | None = None,
    asked: Sequence[Row] = (),
) -> State:
    """Train on rows and answer others: those of validation and test, unless others are asked.

    Where nothing is starved, fresh rows are answered too.
    """
    own = [*data.validation, *data.test, *([] if data.values else data.fresh)]
    asked = list(asked) or own
    found: Answers = case.learner(train, data.validation, asked, seed)
    pairs = list(zip(asked, found, strict=True))
    return State(
        list(rounds),
        balance,
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


def fed(data: Starved, rounds: list[Feedback], balance: Balance | None, seed: int) -> list[Row]:
    """Return the train rows with the rounds, evened out, as stage augment makes them."""
    held = [to_frame(data.validation), to_frame(data.test)]
    params = AugmentParams.model_validate({"balance": balance})
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
    case: Case, data: Starved, state: State, ledger: Sequence[Round], seed: int
) -> Made | None:
    """Make the round that the loop chooses; None where there is nothing left to try.

    Of the dials of the training only the mixture may change: others would help what is starved and
    what is not.
    """
    look = len(ledger) + 1
    accepted = proposed(case, data, state, seed)
    tried = [one for earlier in ledger for one in earlier.contents]
    taken = lesson(accepted, [*data.validation, *data.test], state.train, tried, None, 0.9, seed)
    weak = list(dict.fromkeys(row["proposal"]["slice"] for row in accepted))
    choice = choose(ledger, taken, 0, mixture_moves(weak, state.train, state.balance))
    if choice.action is None:
        return None
    balance, rounds, targets = state.balance, list(state.rounds), taken.targets
    is_data = choice.action == "data"
    if is_data:
        rounds.append(as_round(taken.rows, look))
    elif choice.move:
        balance, targets = Balance.model_validate(choice.move.dials[DIAL]), choice.move.targets
    after = learnt(case, data, fed(data, rounds, balance, seed), seed, rounds, balance)
    proof = proved(case, data, (state, after), targets, look, seed)
    told = f"{choice.why}; {'; '.join(proof.reasons)}"
    print(f"{case.name} {seed}: round {look}: {told}", file=sys.stderr, flush=True)
    done = Round(
        number=look,
        action=choice.action,
        why=choice.why,
        targets=targets,
        added=taken.added if is_data else {},
        contents=taken.contents if is_data else (),
        dials=choice.move.dials if choice.move and not is_data else {},
        kept=proof.kept,
    )
    return Made(after, done, proof, len(taken.rows) if is_data else 0)


def proved(
    case: Case,
    data: Starved,
    states: tuple[State, State],
    targets: Sequence[str],
    look: int,
    seed: int,
) -> Proof:
    """Return the comparison of the test rows before and after."""
    ids = [row["id"] for row in data.test]
    before, after = (np.array([one.right[key] for key in ids]) for one in states)
    settings = AnalyzeParams(metric="exact_match", slices=(case.column, "lang"))
    parts = parts_of(to_frame(data.test), to_frame(states[0].train), targets, ["lang"], settings)
    at = level("even", ALPHA, LOOKS, look)
    return prove(before, after, parts.target, parts.protected, at, seed)


def confirmed(data: Starved, before: State, after: State, targets: Sequence[str]) -> bool:
    """Tell whether rows that nobody has looked at show the gain too."""
    asked = [membership(one, data.train) for one in targets]
    own = [row for row in data.fresh if any(one(row) for one in asked)] or data.fresh
    moved = [after.right[row["id"]] - before.right[row["id"]] for row in own]
    return bool(np.mean(moved) > 0)
