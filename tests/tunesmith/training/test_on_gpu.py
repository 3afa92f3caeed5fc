"""Trainings on a GPU: answers while LoRA's fast path trains, fp16, and a kill in the middle."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.models.llama import modeling_llama

from tests.conftest import ROOT
from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tests.tunesmith.training.killed import fingerprints
from tunesmith.prediction.generate import generate
from tunesmith.training import room
from tunesmith.training.answered import Answered
from tunesmith.training.devices.group import ALONE
from tunesmith.training.run import Trained, train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
ROWS = [chat_row(i, f"{('say', '说')[i % 2]} {i % 4}", "是b好d"[i % 4] * 2) for i in range(32)]
LORA = {"kind": "lora", "r": 4}
KILLED = """
import os, signal, sys
from pathlib import Path
import torch
from tests.tunesmith.training import test_on_gpu as own
from tunesmith.training.exact import ExactTrainer
step = ExactTrainer.training_step
def training_step(self, *args, **options):
    if self.state.global_step == 21:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(self, *args, **options)
ExactTrainer.training_step = training_step
if sys.argv[3] == "fp16":
    torch.cuda.is_bf16_supported = lambda *_, **__: False
own.trained(Path(sys.argv[1]), Path(sys.argv[2]), best_by="exact_match")
"""


@pytest.fixture(autouse=True)
def own_llama() -> Iterator[None]:
    """Liger exchanges parts of transformers' Llama for good; other tests need those that were."""
    own = dict(vars(modeling_llama))
    yield
    vars(modeling_llama).update(own)


def trained(base: Path, work: Path, method: dict[str, Any] = LORA, **dials: Any) -> Trained:
    """Train in packs, as a phase does on a GPU; four steps an epoch, then a checkpoint."""
    one = phase(method, **{"epochs": 8, "schedule": "constant", **dials})
    return train(one, base, ROWS, ROWS[:16], work, seed=0)


@pytest.mark.parametrize("best_by", ["exact_match", "rouge_l"])
def test_answers_on_the_fast_path_leave_the_training_as_it_is(
    base: Path, tmp_path: Path, best_by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = trained(base, tmp_path / "plain", epochs=40)
    asked = trained(base, tmp_path / "asked", best_by=best_by, epochs=40)
    assert asked.curves.to_csv() == plain.curves.to_csv()
    assert asked.metrics[f"validation_{best_by}"] > 0
    assert "transformers' path" not in capsys.readouterr().out


def test_the_best_model_answers_as_was_measured(base: Path, tmp_path: Path) -> None:
    one = trained(base, tmp_path / "work", best_by="exact_match", epochs=40)
    dials = phase(LORA, best_by="exact_match")
    again = Answered(dials, ROWS[:16], one.start.tokenizer, 0, ALONE)(one.model.eval())
    assert again == one.metrics["validation_exact_match"]


@pytest.mark.parametrize("numbers", ["bf16", "fp16"])
def test_a_killed_training_sees_the_same_rows_and_ends_with_the_same_weights(
    base: Path, tmp_path: Path, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if numbers == "fp16":
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: False)
    whole = trained(base, tmp_path / "whole", best_by="exact_match")
    words = [str(base), str(tmp_path / "killed"), numbers]
    known = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(known)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (tmp_path / "killed" / "checkpoint-20" / "complete.json").exists()
    again = trained(base, tmp_path / "killed", best_by="exact_match")
    assert json.dumps(fingerprints(again)) == json.dumps(fingerprints(whole))


def test_packs_as_long_as_the_gpu_holds_are_chosen_told_and_kept(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [chat_row(i, "say " * 20, "it is " * (1 + i % 40)) for i in range(4_000)]
    dials: dict[str, Any] = {"per_device_batch_size": None, "max_length": 512, "epochs": 1}
    one = phase(LORA, **dials)
    found = train(one, base, rows, rows[:16], tmp_path / "sft", seed=0)
    packs = found.outcome["packs"]
    assert packs["of_a_step"] == 1
    assert f"packs of {packs['tokens']:,} tokens, each a step: about" in capsys.readouterr().out
    assert found.outcome["last_step"] >= 100
    taken, total = torch.cuda.memory_allocated(), torch.cuda.mem_get_info()[1]
    few = 15e6  # bytes; these packs take 16 MB, half of them 8
    torch.cuda.set_per_process_memory_fraction((taken + room.RESERVE + few) / total)
    try:
        less = train(one, base, rows, rows[:16], tmp_path / "small" / "sft", seed=0)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    cut = less.outcome["packs"]
    assert cut["of_a_step"] > 1 or cut["computed_twice"]
    assert abs(cut["tokens"] * cut["of_a_step"] - packs["tokens"]) < cut["tokens"]


@pytest.mark.parametrize("name", ["VERA", "OFT", "HRA", "LOHA", "LOKR", "LN_TUNING"])
def test_an_adapter_that_only_peft_has_trains_in_packs_and_answers(
    base: Path, tmp_path: Path, name: str
) -> None:
    options = {"OFT": {"r": 0, "oft_block_size": 8}}
    method = {"kind": "peft", "type": name, "options": options.get(name, {})}
    one = trained(base, tmp_path / "work", method)
    losses = one.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0]
    tokenizer = one.start.tokenizer
    prompts = [tokenizer(text)["input_ids"] for text in ("say", "说 1 遍")]
    assert len(generate(one.model.eval(), tokenizer, prompts, 2, 3)) == 2
