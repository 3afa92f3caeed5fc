"""The ledger of rounds: a line each, of those that were kept and of those that were rolled back."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.files import write_jsonl

Action = Literal["data", "technique"]


class Round(Component):
    """What a round did, and what came of it. No clock: a round has its number."""

    number: int
    action: Action
    why: str
    targets: tuple[str, ...] = ()  # slices that were weak on the validation rows
    file: str | None = None  # of data/feedback
    added: dict[str, dict[str, int]] = Field(default_factory=dict)  # slice → maker → rows
    refused: dict[str, int] = Field(
        default_factory=dict
    )  # reason → proposed rows that were not taken
    contents: tuple[str, ...] = ()  # a hash of each row that was added
    dials: dict[str, Any] = Field(default_factory=dict)  # of params.yaml, dotted, as they were set
    test_set: str = ""  # hash of the ids of the test rows
    look: int = 0  # at that test set
    metric: str = ""
    validation_before: float | None = None
    validation_after: float | None = None
    proof: dict[str, Any] = Field(default_factory=dict)  # as Proof.as_dict
    kept: bool = False
    gate: str | None = None  # the verdict against the champion
    train_seconds: float = 0.0
    money: float = 0.0

    @property
    def tag(self) -> str:
        """Return the tag of its commit."""
        return f"round-{self.number}"

    @property
    def rows(self) -> int:
        """Return how many rows it added."""
        return sum(rows for makers in self.added.values() for rows in makers.values())


def read_ledger(path: Path) -> list[Round]:
    """Return the rounds so far, the first first; none where there is no file.

    Raises:
        UserError: a line is no round.
    """
    return parsed(path.read_text("utf-8"), str(path)) if path.exists() else []


def parsed(text: str, name: str) -> list[Round]:
    """Return the rounds of the text of a ledger.

    Raises:
        UserError: a line is no round.
    """
    lines = enumerate(text.split("\n"), start=1)
    return [_parsed(line, f"{name}:{at}") for at, line in lines if line]


def _parsed(line: str, where: str) -> Round:
    """Return the round of one line."""
    try:
        return Round.model_validate(json.loads(line))
    except ValueError as error:
        raise UserError(
            f"{where}: no round ({str(error).splitlines()[0]}); `git checkout` brings the "
            "ledger back, which only the loop writes"
        ) from None


def write_ledger(path: Path, rounds: Sequence[Round]) -> None:
    """Write all rounds."""
    write_jsonl(path, [one.model_dump(mode="json") for one in rounds])


def next_number(rounds: Sequence[Round], files: Sequence[int]) -> int:
    """Return the number of the next round: beyond all rounds and all files of feedback."""
    return max([one.number for one in rounds] + [*files, 0]) + 1


def looks_at(rounds: Sequence[Round], test_set: str) -> list[Round]:
    """Return the rounds that were judged on a test set."""
    return [one for one in rounds if one.test_set == test_set]
