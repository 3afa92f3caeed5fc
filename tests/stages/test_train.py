"""Stage train: what it saves says what it was made from, and loads again to the same answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.tiny import chat_row
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import to_frame, write_rows

pytestmark = pytest.mark.slow
PARAMS = """
seed: 0
phases:
  sft: {from: base, with: base, task: chat, method: {kind: lora}, epochs: 1, learning_rate: 0.01}
  more: {from: sft, with: base, task: chat, method: {kind: lora}, epochs: 1, learning_rate: 0.01}
  ia3: {from: sft, with: base, task: chat, method: {kind: ia3}, epochs: 1, learning_rate: 0.01}
"""


@pytest.fixture(scope="module")
def project(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    (folder / "params.yaml").write_text(PARAMS)
    resolve(BaseParams(model=str(tiny_base))).write(folder / "models" / "base")
    rows = to_frame([chat_row(i, f"say {i}", "yes") for i in range(12)])
    write_rows(folder / "rows.parquet", rows)
    train(folder, "sft", "base")
    return folder


def train(
    folder: Path, phase: str, start: str, model: str | None = None
) -> subprocess.CompletedProcess[str]:
    words = f"--phase {phase} --start models/{start} --with models/base --rows rows.parquet"
    words += f" --validation rows.parquet --model {model or f'models/{phase}'} --curves {phase}.csv"
    words += f" --efficiency {phase}.json"
    command = [sys.executable, "-m", "stages.train", *words.split()]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_says_what_the_adapter_was_made_from(project: Path) -> None:
    manifest = Manifest.read(project / "models" / "sft")
    assert manifest.phase == "sft"
    assert manifest.rows == {"train": 12, "validation": 12}
    assert manifest.parents == [manifest.base.digest, manifest.base.digest]
    assert (project / "models" / "sft" / "_SUCCESS").exists()
    assert not list((project / ".work").rglob("checkpoint-*"))


def test_weights_are_safetensors_and_the_costs_are_apart(project: Path) -> None:
    names = {path.suffix for path in (project / "models" / "sft").iterdir()}
    assert names == {".json", ".safetensors", ""}
    assert json.loads((project / "sft.json").read_text())["trainable_parameters"] > 0


def test_a_phase_goes_on_from_another_and_the_adapter_changes_the_answers(project: Path) -> None:
    done = train(project, "more", "sft")
    assert done.returncode == 0, done.stderr
    ids = torch.tensor([[5, 6, 7]])
    logits = {
        name: load(project / "models" / name, "chat", []).model(ids).logits
        for name in ("base", "sft", "more")
    }
    assert not torch.equal(logits["base"], logits["sft"])
    assert not torch.equal(logits["sft"], logits["more"])


def test_a_phase_of_another_method_cannot_go_on_from_an_adapter(project: Path) -> None:
    done = train(project, "ia3", "sft")
    assert done.returncode == 1
    assert "its method must be that too, not ia3" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_hardware_starts_processes_whose_first_writes_what_one_would(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "params.yaml").write_text(f"{PARAMS}hardware: {{processes: 2, strategy: fsdp2}}\n")
    for name in ("models", "rows.parquet"):
        (tmp_path / name).symlink_to(project / name)
    done = train(tmp_path, "sft", "base", model="two")
    assert done.returncode == 0, done.stderr
    one, two = (load(project / "models" / "sft", "chat", []), load(tmp_path / "two", "chat", []))
    ids = torch.tensor([[5, 6, 7]])
    torch.testing.assert_close(one.model(ids).logits, two.model(ids).logits)
    assert two.manifest.rows == {"train": 12, "validation": 12}
    assert done.stdout.count("step 1/1, epoch 1.00, loss") == 1
    assert not list((tmp_path / ".work").rglob("checkpoint-*"))
    assert [path.name for path in (tmp_path / ".work" / "timings").iterdir()] == ["train.json"]
