"""Where the improve loop reads and writes, and its two looks in processes of their own."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.feedback_round import FEEDBACK
from flows.runner import StageFailed, module
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json, write_text
from tunesmith.improve.history import history
from tunesmith.improve.ledger import Round, read_ledger, write_ledger
from tunesmith.stage import WORK

LEDGER = Path("reports/improve/rounds.jsonl")
HISTORY, PAGE = Path("reports/improve/history.csv"), Path("reports/improve/rounds.html")
KEPT = tuple(map(str, (LEDGER, HISTORY, PAGE)))
PER_ROW = Path("data/evaluation/per_row.parquet")
COSTS = Path("reports/efficiency")
HERE = WORK / "improve"
BEGUN, BEFORE, COSTS_BEFORE = HERE / "begun.json", HERE / "before.parquet", HERE / "costs-before"
DECISION, ROWS, RECORD = HERE / "decision.json", HERE / "round.jsonl", HERE / "record.json"
SPLITS = {name: f"data/splits/{name}.parquet" for name in ("test", "validation", "ood")}
TRAIN = "data/train/train.parquet"


def begun_with() -> int:
    """Return how many rounds there were when the loop began; one that was killed goes on."""
    rounds = len(read_ledger(LEDGER))
    if BEGUN.exists() and int(read_json(BEGUN)["rounds"]) <= rounds:
        return int(read_json(BEGUN)["rounds"])
    write_json(BEGUN, {"rounds": rounds})
    return rounds


def ended() -> None:
    """Forget that a loop is under way."""
    BEGUN.unlink(missing_ok=True)


def decide(begun: int, most: int, on_line: Callable[[str], None]) -> dict[str, Any]:
    """Return what the next round does; its rows lie in `ROWS`.

    Args:
        begun: rounds of the ledger that are not of this loop.
        most: rounds of this loop; 0: as the dials say.
        on_line: is given each line that is printed.

    Raises:
        UserError: with the reason in one line.
    """
    _look(
        "turn",
        {
            **{f"--{name}": path for name, path in SPLITS.items()},
            "--train": TRAIN,
            "--proposals": "data/proposals/candidates.jsonl",
            "--reviews": "data/reviews/decisions.jsonl",
            "--feedback": FEEDBACK,
            "--per-row": PER_ROW,
            "--training": "reports/training",
            "--ledger": LEDGER,
            "--decision": DECISION,
            "--round": ROWS,
            "--begun-with": begun,
            "--rounds": most,
        },
        on_line,
    )
    said: dict[str, Any] = read_json(DECISION)
    return said


def keep_scores() -> None:
    """Lay the row scores and costs of now aside, to be compared with those of the round."""
    shutil.copyfile(PER_ROW, BEFORE)
    shutil.rmtree(COSTS_BEFORE, ignore_errors=True)
    shutil.copytree(COSTS, COSTS_BEFORE)


def judge(on_line: Callable[[str], None]) -> Round:
    """Return the round that was made, as the ledger will have it.

    Raises:
        UserError: with the reason in one line.
    """
    _look(
        "judge",
        {
            "--test": SPLITS["test"],
            "--validation": SPLITS["validation"],
            "--train": TRAIN,
            "--before": BEFORE,
            "--after": PER_ROW,
            "--efficiency": COSTS,
            "--efficiency-before": COSTS_BEFORE,
            "--decision": DECISION,
            "--ledger": LEDGER,
            "--verdict": "reports/gate.json",
            "--record": RECORD,
        },
        on_line,
    )
    return Round.model_validate(read_json(RECORD))


def record(made: Round, page: Callable[[list[Round]], str]) -> None:
    """Add a round to the ledger, its table and its page."""
    rounds = [*read_ledger(LEDGER), made]
    write_ledger(LEDGER, rounds)
    write_text(HISTORY, history(rounds))
    write_text(PAGE, page(rounds))


def _look(name: str, paths: dict[str, Any], on_line: Callable[[str], None]) -> None:
    """Run a module of the loop in a process of its own: it reads tables, and may import much."""
    HERE.mkdir(parents=True, exist_ok=True)
    words = [str(word) for pair in paths.items() for word in pair]
    try:
        module(f"tunesmith.improve.{name}", *words, on_line=on_line)
    except StageFailed as failure:
        raise UserError(failure.reason) from None
