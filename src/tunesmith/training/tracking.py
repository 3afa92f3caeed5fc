"""Curves to a tracker, when a phase asks for one: into files of this machine, nothing is sent."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tunesmith.errors import UserError

Tracker = Literal["tensorboard", "mlflow", "wandb"]
FOLDER = "tracking"  # of the work folder


def report_to(trackers: Sequence[Tracker], work: Path, phase: str) -> list[str]:
    """Return the trackers for the Trainer, set up to write below the work folder.

    What the environment already says, an address or a key, is left as it is and decides: that is
    how a server of one's own is named. Nothing of it is printed.

    Args:
        trackers: of the phase.
        work: the folder `.work`.
        phase: its name, which the run gets.

    Raises:
        UserError: names the package that is missing.
    """
    for name in trackers:
        if find_spec(name) is None:
            raise UserError(
                f"phases.{phase}.tracking: {name} is not installed; pip install {name}, or take "
                "it out"
            )
    folder = (work / FOLDER).resolve()
    for key, value in _files(folder, phase).items():
        if key.lower().startswith(tuple(trackers) if trackers else ("-",)):
            os.environ.setdefault(key, value)
    return list(trackers)


def _files(folder: Path, phase: str) -> dict[str, str]:
    """Return what sends each tracker's runs into files."""
    return {
        "TENSORBOARD_LOGGING_DIR": str(folder / "tensorboard" / phase),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_EXPERIMENT_NAME": "tunesmith",
        "WANDB_MODE": "offline",
        "WANDB_DIR": str(folder),
        "WANDB_PROJECT": "tunesmith",
        "WANDB_SILENT": "true",
    }
