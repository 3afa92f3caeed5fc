"""What trainings start from."""

from pathlib import Path

import pytest

from tests.tunesmith.methods.trying import describe


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    """The folder of a base model that describes the tiny one."""
    return describe(tiny_base, tmp_path / "base")
