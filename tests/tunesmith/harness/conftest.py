"""A loaded base model for the tests of this folder."""

from pathlib import Path

import pytest

from tests.tunesmith.methods.trying import describe
from tunesmith.models.load import Loaded, load


@pytest.fixture(scope="session")
def base_folder(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models/ that describes the tiny base."""
    return describe(tiny_base, tmp_path_factory.mktemp("harness") / "models" / "base")


@pytest.fixture(scope="session")
def tiny(base_folder: Path) -> Loaded:
    """The tiny base, loaded."""
    return load(base_folder, "completion", [])
