"""Stage base: a base model that cannot be used is told in one line, with the way out."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def describe(folder: Path, weights: Path) -> subprocess.CompletedProcess[str]:
    """Run the stage on a base model."""
    (folder / "params.yaml").write_text(f"seed: 0\nbase: {{model: {weights}}}\n")
    command = [sys.executable, "-m", "stages.base", "--descriptor", "models/base"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_base_is_described_without_loading_it(tiny_base: Path, tmp_path: Path) -> None:
    done = describe(tmp_path, tiny_base)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "models" / "base" / "base.json").exists()
    assert "not pinned" in done.stdout


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "consolidated.00.pth"])
def test_pickle_weights_alone_are_told_in_one_line(
    tiny_base: Path, tmp_path: Path, name: str
) -> None:
    base = Path(shutil.copytree(tiny_base, tmp_path / "weights"))
    (base / "model.safetensors").rename(base / name)
    done = describe(tmp_path, base)
    assert done.returncode == 1
    assert "only pickle weights" in done.stderr
    assert "save_pretrained(NEW)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "models").exists()
