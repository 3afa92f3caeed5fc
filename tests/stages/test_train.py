"""Stage train: what it saves says what it was made from, and loads again to the same answers."""

import errno
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from stages.train import save
from tests.stage_runs import run_here
from tests.tiny import TEMPLATE, chat_row, tiny_tokenizer
from tests.tunesmith.methods.trying import MADE_FROM, describe, phase, try_out
from tunesmith.errors import UserError
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import to_frame, write_rows
from tunesmith.training.checkpoints import damage

pytestmark = pytest.mark.slow
PARAMS = """
seed: 0
phases:
  sft: {from: base, with: base, task: chat, method: {kind: lora}, epochs: 1, learning_rate: 0.01}
  more: {from: sft, with: base, task: chat, method: {kind: lora}, epochs: 1, learning_rate: 0.01}
  long: {from: base, with: base, task: chat, method: {kind: lora}, epochs: 900, learning_rate: 0.01}
  ia3: {from: sft, with: base, task: chat, method: {kind: ia3}, epochs: 1, learning_rate: 0.01}
  rl:
    {from: sft, with: base, task: prompt, method: {kind: lora}, epochs: 1, learning_rate: 0.01,
     objective: {kind: rloo, answers: 8, max_new_tokens: 4,
                 rewards: [{kind: function, of: "brief.py:brief"}]}}
"""


@pytest.fixture(scope="module")
def project(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    (folder / "params.yaml").write_text(PARAMS)
    resolve(BaseParams(model=str(tiny_base))).write(folder / "models" / "base")
    rows = to_frame([chat_row(i, f"say {i}", "yes") for i in range(12)])
    write_rows(folder / "rows.parquet", rows)
    (folder / "forgotten.csv").write_text("kind,name\n")
    train(folder, "sft", "base")
    return folder


def command(phase: str, start: str, model: str | None = None) -> str:
    words = f"--phase {phase} --start models/{start} --with models/base --rows rows.parquet"
    words += f" --validation rows.parquet --rewards rewards --model {model or f'models/{phase}'}"
    words += f" --curves {phase}.csv"
    words += " --forgotten forgotten.csv"
    return f"{words} --outcome outcome-{phase}.json --efficiency {phase}.json"


def train(folder: Path, phase: str, start: str) -> "subprocess.CompletedProcess[str]":
    return run_here(folder, "train", command(phase, start))


def in_a_process(words: str) -> list[str]:
    return [sys.executable, "-m", "stages.train", *words.split()]


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


def test_a_phase_learns_from_scores_of_its_own_answers(project: Path) -> None:
    (project / "rewards").mkdir()
    body = "def brief(prompts, answers, rows):\n    return [-len(answer) for answer in answers]\n"
    (project / "rewards" / "brief.py").write_text(body)
    done = train(project, "rl", "sft")
    assert done.returncode == 0, done.stderr
    manifest = Manifest.read(project / "models" / "rl")
    assert manifest.task == "chat"
    assert manifest.data.keys() == {"train", "validation", "rewards"}
    assert manifest.trained_tokens
    assert load(project / "models" / "rl", "chat", []).method.kind == "lora"
    assert json.loads((project / "rl.json").read_text())["generation_seconds"] > 0
    assert "kl" in (project / "rl.csv").read_text().splitlines()[0]


def test_the_outcome_repeats_and_holds_no_clock(project: Path) -> None:
    outcome = json.loads((project / "outcome-sft.json").read_text())
    assert outcome.pop("validation").keys() == {"loss"}
    assert outcome == {
        "best_step": 1,
        "last_step": 1,
        "overfitting_since_step": None,
        "diverging_at": None,
        "lengths": {
            "train": {"rows": 12, "cut": 0, "longest_tokens": 12},
            "validation": {"rows": 12, "cut": 0, "longest_tokens": 12},
        },
    }


def test_the_weights_of_the_last_step_are_kept_without_what_training_needs(project: Path) -> None:
    names = {path.name for path in (project / ".work" / "last" / "sft").iterdir()}
    assert "adapter_model.safetensors" in names
    assert not {name for name in names if name.endswith((".pt", ".pth", ".bin"))}


def test_asked_to_end_it_saves_its_step_and_leaves_no_model(project: Path) -> None:
    words = in_a_process(command("long", "base"))
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "step 3/" in line:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)  # of the flow, then of a parent that is gone
                break
        said = process.stdout.read()
    assert process.returncode == 143
    assert "long: stopped after step" in said
    assert not (project / "models" / "long").exists()
    stopped = int(said.split("stopped after step ")[1].split(";")[0])
    (checkpoint,) = (project / ".work" / "train").rglob(f"checkpoint-{stopped}")
    assert damage(checkpoint) is None


def test_a_disk_that_is_full_when_the_model_is_saved_leaves_none(
    tiny_base: Path, tmp_path: Path
) -> None:
    tried = try_out(describe(tiny_base, tmp_path / "base"), tmp_path, {"kind": "lora", "r": 2})
    out = tmp_path / "model"

    class Full(type(tried.trained.model)):  # type: ignore[misc]
        def save_pretrained(self, folder: Path) -> None:
            folder.mkdir()
            (folder / "adapter_model.safetensors").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    tried.trained.model.__class__ = Full
    expected = r"model: no space left on this disk: [1-9][\d,]+ bytes are needed.*then run again"
    with pytest.raises(UserError, match=expected):
        save(tried.trained, phase({"kind": "lora", "r": 2}), MADE_FROM, "sft", out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("template", "lacks", "told"),
    [
        (None, None, "no chat template; set base.chat_template in params.yaml to `plain`"),
        ("{{ messages[-1].content }}", None, "the chat template"),
        (
            TEMPLATE,
            "eos_token",
            'no end-of-sequence token; set "eos_token" in its tokenizer_config',
        ),
        (TEMPLATE.replace("</s>", ""), None, "an answer without an end token behind it"),
    ],
)
def test_a_base_that_cannot_be_trained_on_is_told_in_one_line(
    tmp_path: Path, tiny_base: Path, template: str | None, lacks: str | None, told: str
) -> None:
    base = Path(shutil.copytree(tiny_base, tmp_path / "weights"))
    (base / "chat_template.jinja").unlink()
    tokenizer = tiny_tokenizer(template)
    if lacks:
        setattr(tokenizer, lacks, None)
    tokenizer.save_pretrained(base)
    (tmp_path / "params.yaml").write_text(PARAMS)
    resolve(BaseParams(model=str(base))).write(tmp_path / "models" / "base")
    (tmp_path / "forgotten.csv").write_text("kind,name\n")
    rows = to_frame([chat_row(i, f"say {i}", "yes") for i in range(4)])
    write_rows(tmp_path / "rows.parquet", rows)
    done = train(tmp_path, "sft", "base")
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "models" / "sft").exists()


def test_hardware_starts_processes_whose_first_writes_what_one_would(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "params.yaml").write_text(f"{PARAMS}hardware: {{processes: 2, strategy: fsdp2}}\n")
    for name in ("models", "rows.parquet", "forgotten.csv"):
        (tmp_path / name).symlink_to(project / name)
    words = in_a_process(command("sft", "base", model="two"))
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (load(project / "models" / "sft", "chat", []), load(tmp_path / "two", "chat", []))
    ids = torch.tensor([[5, 6, 7]])
    torch.testing.assert_close(one.model(ids).logits, two.model(ids).logits)
    assert two.manifest.rows == {"train": 12, "validation": 12}
    assert done.stdout.count("step 1/1, epoch 1.00, loss") == 1
    assert not list((tmp_path / ".work").rglob("checkpoint-*"))
    assert [path.name for path in (tmp_path / ".work" / "timings").iterdir()] == ["train.json"]
