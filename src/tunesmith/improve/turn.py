"""Decides what the next round does, and hands over the rows it adds; it changes nothing.

python -m tunesmith.improve.turn --proposals … --decision decision.json --round round.jsonl
"""

from collections.abc import Iterator
from typing import Any

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import read_rounds
from tunesmith.files import read_json, write_json, write_jsonl
from tunesmith.gate import GateParams
from tunesmith.improve import ImproveParams
from tunesmith.improve.choice import Choice, choose
from tunesmith.improve.ledger import Round, next_number, read_ledger
from tunesmith.improve.lesson import Lesson, lesson
from tunesmith.improve.mixture import mixture_moves
from tunesmith.improve.moves import Move, moves
from tunesmith.improve.scores import mean_score, test_set_of
from tunesmith.improve.stopping import State, reason_to_stop
from tunesmith.params import PARAMS_FILE, load_yaml, plain, read_seed
from tunesmith.review import read_decisions, read_proposals, settle
from tunesmith.rows import Row, read_rows, to_rows
from tunesmith.stage import Paths, parse_paths, run_stage
from tunesmith.training.params import read_phase

SPLITS = ("--train", "--validation", "--test", "--ood")
FLAGS = (*SPLITS, "--proposals", "--reviews", "--feedback", "--per-row", "--training", "--ledger")


def metric_of(params: ImproveParams) -> str:
    """Return the metric that decides."""
    return params.metric or GateParams.read("gate").metric


def turn(paths: Paths, params: ImproveParams, begun_with: int) -> tuple[dict[str, Any], list[Row]]:
    """Return what the next round does, in one tree, and the rows that it adds.

    Args:
        paths: of everything that is read.
        params: the loop's dials.
        begun_with: rounds of the ledger that are not of this call.
    """
    rounds = read_ledger(paths.ledger)
    test = to_rows(read_rows(paths.test))
    known_as = test_set_of([row["id"] for row in test])
    validation = mean_score(paths.validation, paths.per_row, metric_of(params))
    stop = reason_to_stop(State(rounds, begun_with, known_as, validation), params)
    if stop is not None:
        return {"action": None, "why": stop, "validation": validation}, []
    found, waiting = _lesson(paths, params, rounds, test)
    choice = choose(rounds, found, waiting, _moves(paths) if params.technique else None)
    files = [int(one.number) for one in read_rounds(paths.feedback)]
    said = _said(choice, found, next_number(rounds, files))
    said |= {"test_set": known_as, "validation": validation, "waiting": waiting}
    return said, found.rows if choice.action == "data" else []


def _said(choice: Choice, found: Lesson, number: int) -> dict[str, Any]:
    """Return the choice and what belongs to it."""
    is_data = choice.action == "data"
    return {
        "action": choice.action,
        "why": choice.why,
        "number": number,
        "targets": list(found.targets if is_data else choice.move.targets if choice.move else ()),
        "added": found.added if is_data else {},
        "refused": found.refused,
        "contents": list(found.contents) if is_data else [],
        "dials": choice.move.dials if choice.move and not is_data else {},
    }


def _lesson(
    paths: Paths, params: ImproveParams, rounds: list[Round], test: list[Row]
) -> tuple[Lesson, int]:
    """Return the rows that may be learnt, and how many wait for a person."""
    settled = settle(
        read_proposals(paths.proposals), read_decisions(paths.reviews), params.rows == "by_rule"
    )
    others = [to_rows(read_rows(path)) for path in (paths.validation, paths.ood)]
    found = lesson(
        settled.accepted,
        [row for rows in (test, *others) for row in rows],
        to_rows(read_rows(paths.train)),
        [one for earlier in rounds for one in earlier.contents],
        params.rows_per_round,
        AugmentParams.read("augment").near_duplicate_similarity,
        read_seed(),
    )
    return found, len(settled.open)


def _moves(paths: Paths) -> Iterator[Move]:
    """Return the moves of the phase that makes the candidate; none of one made of several."""
    dials: Any = plain(load_yaml(PARAMS_FILE))
    name = str(dials["models"]["candidate"]["of"])
    if name not in dials["phases"]:
        return iter(())
    outcome = paths.training / f"{name}.json"
    proposals = read_proposals(paths.proposals)
    weak = list(dict.fromkeys(one.origin.slice for one in proposals))
    balance = AugmentParams.read("augment").balance
    mixture = mixture_moves(weak, to_rows(read_rows(paths.train)), balance)
    return moves(name, read_phase(name), read_json(outcome) if outcome.exists() else {}, mixture)


def main() -> None:
    """Decide, and write the decision and the rows."""
    paths = parse_paths(*FLAGS, "--decision", "--round", names=("--begun-with", "--rounds"))
    params = ImproveParams.read("improve")
    if most := int(str(paths.rounds)):
        budget = params.budget.model_copy(update={"rounds": most})
        params = params.model_copy(update={"budget": budget})
    said, rows = turn(paths, params, int(str(paths.begun_with)))
    write_json(paths.decision, said)
    write_jsonl(paths.round, rows)


if __name__ == "__main__":
    run_stage(main)
