"""Looks at what has come in, in a process of its own, and takes answered rows in as a round."""

from collections.abc import Callable
from pathlib import Path

from flows import remote
from flows.feedback_round import FEEDBACK, place
from flows.runner import DvcFailed, StageFailed, dvc, module
from tunesmith.errors import UserError
from tunesmith.files import read_json
from tunesmith.monitor.history import Look
from tunesmith.stage import WORK

TRAIN, CHAMPION = "data/train/train.parquet", "models/champion"
LOOKS, HISTORY = Path("reports/monitor/looks.jsonl"), Path("reports/monitor/history.csv")
HERE = WORK / "monitor"
FOUND, LEARN = HERE / "look.json", HERE / "round.jsonl"
PATHS = {
    "--train": TRAIN,
    "--champion": CHAMPION,
    "--metrics": "reports/metrics.json",
    "--pointer": "champion.json",
    "--feedback": FEEDBACK,
    "--looks": LOOKS,
    "--look": FOUND,
    "--round": LEARN,
}


def bring() -> None:
    """Bring train rows, champion and rounds of the commit that is checked out.

    Raises:
        UserError: they are not to be had.
    """
    rounds = [str(path) for path in sorted(FEEDBACK.glob("*.dvc"))]
    command = "pull" if remote.default() else "checkout"
    try:
        dvc(command, TRAIN, CHAMPION, *rounds)
    except DvcFailed as failure:
        raise UserError(
            f"`dvc {command}` of train rows and champion: {failure.reason}; a retrain makes both "
            "(`tunesmith run --deliver`)"
        ) from None


def examine(on_line: Callable[[str], None] = print) -> Look:
    """Look at what no look has seen, and return what was found.

    Raises:
        UserError: with the reason in one line.
    """
    HERE.mkdir(parents=True, exist_ok=True)
    words = [str(word) for pair in PATHS.items() for word in pair]
    try:
        module("tunesmith.monitor.look", *words, on_line=on_line)
    except StageFailed as failure:
        raise UserError(failure.reason) from None
    found: Look = read_json(FOUND)
    return found


def take_in() -> Path | None:
    """Make a round of feedback of the rows that the look has handed over; None without any.

    Raises:
        UserError: DVC did not take it.
    """
    return place(LEARN) if LEARN.read_text("utf-8").strip() else None
