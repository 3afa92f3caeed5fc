"""What methods are compared on: their start, the rewards, and the rows whose prompts are asked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunesmith.rewards.base import Place, Scorer
from tunesmith.rewards.function import Function
from tunesmith.rewards.model import Model
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.rows import Row, read_rows, to_rows
from tunesmith.training.params import read_phase

TABLES = {
    "train": Path("data/train/train.parquet"),
    **{name: Path(f"data/splits/{name}.parquet") for name in ("validation", "test")},
}
FUNCTIONS = Path("rewards")


@dataclass(frozen=True)
class Field:
    """What methods are compared on.

    Attributes:
        start: folder of the model that all start from.
        judge: folder of the reward model that they follow.
        check: `of` of a function of `rewards/`, or the folder of another reward model; no method
            sees what it says.
        rows: of train, validation and test.
        dials: of a phase of PPO.
    """

    start: Path
    judge: Path
    check: str | Path
    rows: dict[str, list[Row]]
    dials: dict[str, Any]

    def checking(self) -> Scorer:
        """Return what scores answers by what no method sees."""
        if isinstance(self.check, str):
            return Function(of=self.check).scorer(_place(_nobody))
        return Model().scorer(_place(RewardModel.read(self.check).score))


def project() -> Field:
    """Return the field of a project with recipe rlhf, whose phases sft and reward are trained."""
    return Field(
        Path("models/sft"),
        Path("models/reward"),
        "manners.py:leave",
        {name: to_rows(read_rows(path)) for name, path in TABLES.items()},
        read_phase("ppo").model_dump(by_alias=True),
    )


def _place(judge: Callable[..., list[float]]) -> Place:
    """Return where a reward is given."""
    return Place(lambda: judge, FUNCTIONS, Path(), 0)


def _nobody(*_: Any) -> list[float]:
    """Judge nothing: a function needs no model."""
    raise AssertionError
