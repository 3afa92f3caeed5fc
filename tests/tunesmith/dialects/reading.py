"""Reads a configuration of another trainer, and lays it on a copy of the project's dials."""

import shutil
from pathlib import Path

from tunesmith.dialects import Lost, Translation, read_config
from tunesmith.dials import Dials
from tunesmith.recipes import lay


def read(folder: Path, text: str, dialect: str | None = None) -> Translation:
    path = folder / "theirs.yaml"
    path.write_text(text, encoding="utf-8")
    return read_config(path, dialect)


def lost(found: Translation) -> dict[str, Lost]:
    return {one.name: one for one in found.lost}


def laid_on(root: Path, folder: Path, found: Translation) -> Dials:
    """Return the dials after the overlay; what is not valid raises."""
    params = folder / "params.yaml"
    shutil.copy(root / "params.yaml", params)
    lay(found.overlay, params)
    return Dials.read(path=params)
