"""What the doctor says of one thing that was looked at."""

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; a note is no fault, but worth knowing."""

    state: State
    what: str
    words: str
    fix: str = ""
