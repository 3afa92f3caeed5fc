"""Looks at what has come in, in a process of its own, and takes answered rows in as a round."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from flows import remote
from flows.repository import succeeds
from flows.runner import DvcFailed, StageFailed, dvc, module
from tunesmith.augmenters.feedback import read_rounds, round_name
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_text
from tunesmith.monitor.history import Look
from tunesmith.stage import WORK

TRAIN, CHAMPION = "data/train/train.parquet", "models/champion"
LOOKS, HISTORY = Path("reports/monitor/looks.jsonl"), Path("reports/monitor/history.csv")
FEEDBACK = Path("data/feedback")
HERE = WORK / "monitor"
FOUND, LEARN, PLACED = HERE / "look.json", HERE / "round.jsonl", HERE / "placed"
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

    Its data goes to DVC; who pushes commits pushes it first.
    """
    if not LEARN.read_text("utf-8").strip():
        return None
    numbers = [int(one.number) for one in read_rounds(FEEDBACK)]
    path = FEEDBACK / round_name(max(numbers, default=0) + 1, LEARN)
    write_text(PLACED, str(path))
    shutil.copyfile(LEARN, path)
    dvc("add", str(path))
    return path


def files_of_round(path: Path) -> Sequence[str]:
    """Return what git keeps of a round."""
    return f"{path}.dvc", str(path.parent / ".gitignore")


def forget_unfinished() -> None:
    """Take away a round that a look had placed and did not come to commit."""
    if not PLACED.exists():
        return
    path = Path(PLACED.read_text("utf-8").strip())
    if not succeeds("ls-files", "--error-unmatch", f"{path}.dvc"):
        for left in (path, Path(f"{path}.dvc")):
            left.unlink(missing_ok=True)
    PLACED.unlink()
