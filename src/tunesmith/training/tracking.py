"""Curves to a tracker, when a phase asks for one: into files of this machine, nothing is sent."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tunesmith.errors import UserError

Tracker = Literal["tensorboard", "mlflow", "wandb"]
FOLDER = "tracking"  # of .work


def refuse_missing(trackers: Sequence[Tracker], phase: str) -> None:
    """Refuse a tracker whose package is not there; none is a dependency of this project.

    Raises:
        UserError: names the package.
    """
    for name in trackers:
        if find_spec(name) is None:
            raise UserError(
                f"phases.{phase}.tracking: {name} is not installed; `pip install {name}`, or take "
                "it out"
            )


def report_to(trackers: Sequence[Tracker], work: Path, phase: str) -> list[str]:
    """Return the trackers in the Trainer's words, set up to write below the folder `work`.

    What the environment already says, such as the address of a server of one's own, is left as it
    is and decides. Nothing of the environment is printed or logged.

    Args:
        trackers: of the phase.
        work: the folder `.work`.
        phase: its name, a folder of its own in TensorBoard.
    """
    folder = (work / FOLDER).resolve()
    if trackers:
        folder.mkdir(parents=True, exist_ok=True)
    for name in trackers:
        for key, value in _into_files(folder, phase)[name].items():
            os.environ.setdefault(key, value)
    return list(trackers)


def _into_files(folder: Path, phase: str) -> dict[Tracker, dict[str, str]]:
    """Return what makes each tracker write files."""
    return {
        "tensorboard": {"TENSORBOARD_LOGGING_DIR": str(folder / "tensorboard" / phase)},
        "mlflow": {
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
            "MLFLOW_EXPERIMENT_NAME": "tunesmith",
        },
        "wandb": {
            "WANDB_MODE": "offline",
            "WANDB_DIR": str(folder),
            "WANDB_PROJECT": "tunesmith",
            "WANDB_SILENT": "true",
        },
    }
