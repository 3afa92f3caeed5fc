"""Places rounds of feedback: rows that DVC keeps, and the small file beside them that git keeps."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from flows.repository import succeeds
from flows.runner import DvcFailed, dvc
from tunesmith.augmenters.feedback import read_rounds, round_name
from tunesmith.errors import UserError
from tunesmith.files import write_text
from tunesmith.stage import WORK

FEEDBACK = Path("data/feedback")
PLACED = WORK / "placed-round"  # names the round that was placed last, until it is committed


def place(rows: Path, number: int | None = None) -> Path:
    """Make a round of a file of rows, and hand its data to DVC.

    Who pushes commits pushes the data first.

    Args:
        rows: one a line.
        number: of the round; by default the one after the last that is there.

    Raises:
        UserError: DVC did not take it.
    """
    if number is None:
        number = max((int(one.number) for one in read_rounds(FEEDBACK)), default=0) + 1
    path = FEEDBACK / round_name(number, rows)
    write_text(PLACED, str(path))
    shutil.copyfile(rows, path)
    try:
        dvc("add", str(path))
    except DvcFailed as failure:
        raise UserError(f"{path}: DVC did not take it ({failure.reason})") from None
    return path


def files_of(path: Path) -> Sequence[str]:
    """Return what git keeps of a round."""
    return f"{path}.dvc", str(path.parent / ".gitignore")


def forget_unfinished() -> None:
    """Take away a round that was placed here and did not come to be committed on this branch."""
    if not PLACED.exists():
        return
    path = Path(PLACED.read_text("utf-8").strip())
    if not succeeds("ls-files", "--error-unmatch", f"{path}.dvc"):
        for left in (path, Path(f"{path}.dvc")):
            left.unlink(missing_ok=True)
    PLACED.unlink()
