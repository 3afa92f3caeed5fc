"""The folders that reinforcement reads and writes."""

from pathlib import Path
from typing import NamedTuple


class Folders(NamedTuple):
    """Those of a phase.

    Attributes:
        start: of the model that it starts from, which is the reference too.
        partner: of the model that it trains with, for a reward that asks one.
        functions: of the files of reward functions.
        work: of its checkpoints; its name is the phase's.
    """

    start: Path
    partner: Path
    functions: Path
    work: Path
