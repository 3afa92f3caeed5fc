"""What is exported is the model that was trained, in files that others read; or it is nothing."""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from tests.tiny import chat_row, label_row
from tests.tunesmith.methods.trying import describe, try_out
from tunesmith.errors import UserError
from tunesmith.export import run
from tunesmith.export.run import Exported, export
from tunesmith.models.load import load
from tunesmith.rows import Row
from tunesmith.tasks.chat import encode_prompt

pytestmark = pytest.mark.slow
HELD_OUT: list[Row] = [
    *(chat_row(i, f"say {i}", "it is a", lang="en") for i in range(6)),
    *(chat_row(i + 9, f"请说 {i}", "是的", lang="zh") for i in range(6)),
    *({**label_row(i + 20, f"很好 {i}", "y"), "lang": "zh"} for i in range(4)),
]


@pytest.fixture(scope="module")
def lora(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained adapter of the tiny Llama."""
    return train(tiny_base, tmp_path_factory.mktemp("lora"), {"kind": "lora", "r": 4})


def train(base: Path, work: Path, method: dict[str, Any], **changes: Any) -> Path:
    work = work / "trained"
    return try_out(describe(base, work / "base"), work, method, **changes).folder


def exported(folder: Path, out: Path, **changes: Any) -> Exported:
    options = {"rows": HELD_OUT, "count": 8, "seed": 0} | changes
    return export(folder, out, **options)


def greedy(model: Any, tokenizer: Any, question: str) -> list[int]:
    ids = torch.tensor([encode_prompt([{"role": "user", "content": question}], tokenizer)])
    out = model.generate(ids, max_new_tokens=24, do_sample=False, pad_token_id=0)
    return list(out[0].tolist())


def test_plain_transformers_gives_the_same_greedy_tokens(lora: Path, tmp_path: Path) -> None:
    record = exported(lora, tmp_path / "out")
    ours = load(lora, "chat", [])
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    for question in ("say 3", "请说 3", "something else"):
        assert greedy(theirs, tokenizer, question) == greedy(ours.model, ours.tokenizer, question)
    assert record.prompts == {"en": 4, "zh": 4}
    assert record.written.same_tokens == record.written.places > 0
    assert record.written.relative < 1e-5
    assert "lora" not in json.dumps([name for name, _ in theirs.named_parameters()])


def test_the_folder_says_where_answers_end_and_how_it_was_compared(
    lora: Path, tmp_path: Path
) -> None:
    record = exported(lora, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "generation_config.json").read_text())
    assert (config["eos_token_id"], config["pad_token_id"]) == ([1], 0)
    saved = json.loads((tmp_path / "out" / "export.json").read_text())
    assert Exported.model_validate(saved) == record
    assert set(record.files) >= {"model.safetensors", "tokenizer.json", "chat_template.jinja"}
    assert not {path.suffix for path in (tmp_path / "out").iterdir()} & {".bin", ".pt"}
    assert str(tmp_path) not in json.dumps({**saved, "base": ""})


def test_the_same_phase_gives_the_same_bytes_and_replaces_what_was_exported(
    lora: Path, tmp_path: Path
) -> None:
    first = exported(lora, tmp_path / "out")
    (tmp_path / "out" / "left-over.txt").write_text("x")
    assert exported(lora, tmp_path / "out") == first
    assert not (tmp_path / "out" / "left-over.txt").exists()


def test_a_sharded_base_in_16_bits_gives_16_bits_and_says_what_rounding_costs(
    tiny_base: Path, tmp_path: Path
) -> None:
    base = Path(shutil.copytree(tiny_base, tmp_path / "weights"))
    (base / "model.safetensors").unlink()
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.bfloat16)
    model.save_pretrained(base, max_shard_size="20KB")
    assert len(list(base.glob("*.safetensors"))) > 1
    folder = train(base, tmp_path, {"kind": "lora", "r": 4})
    record = exported(folder, tmp_path / "out")
    assert record.dtype == "bfloat16"
    assert AutoConfig.from_pretrained(tmp_path / "out").dtype == torch.bfloat16
    assert not (tmp_path / "out" / "model.safetensors.index.json").exists()
    assert record.merged.relative < 1e-5 < record.written.relative < record.tolerance
    wide = exported(folder, tmp_path / "wide", dtype="float32")
    assert wide.written.relative < 1e-5


def test_a_model_that_was_trained_whole_is_exported_too(tiny_base: Path, tmp_path: Path) -> None:
    folder = train(tiny_base, tmp_path, {"kind": "full"}, learning_rate=0.002)
    record = exported(folder, tmp_path / "out")
    assert record.merged.max_logit_difference == 0
    assert AutoModelForCausalLM.from_pretrained(tmp_path / "out").config.tie_word_embeddings


def test_a_classifier_keeps_the_names_of_its_classes(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = train(tiny_encoder, tmp_path, {"kind": "lora", "r": 4}, task="classification")
    record = exported(folder, tmp_path / "out")
    assert record.prompts == {"zh": 4}
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "out").eval()
    assert model.config.id2label == {0: "n", 1: "y"}
    ids = torch.tensor([[5, 6, 7]])
    ours = load(folder, "classification", []).model
    with torch.inference_mode():
        torch.testing.assert_close(model(ids).logits, ours(ids).logits, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("method", "why"),
    [
        ({"kind": "prefix", "tokens": 4}, "positions"),
        ({"kind": "adapter", "width": 4}, "non-linear"),
    ],
)
def test_what_cannot_be_merged_is_to_be_served_beside_its_base(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any], why: str
) -> None:
    folder = train(tiny_base, tmp_path, method, epochs=1)
    with pytest.raises(UserError, match=rf"{method['kind']} cannot be merged \(.*{why}.*beside it"):
        exported(folder, tmp_path / "exports" / "out")
    assert not (tmp_path / "exports").exists() or not list((tmp_path / "exports").iterdir())


def test_a_merge_that_changes_answers_is_refused_and_the_old_export_stays(
    lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = exported(lora, tmp_path / "out")

    def wrong(loaded: Any, folder: Path) -> Any:
        model = loaded.model.merge_and_unload()
        with torch.no_grad():
            model.model.layers[0].mlp.up_proj.weight.mul_(1.5)
        return model

    monkeypatch.setattr(run, "merged", wrong)
    with pytest.raises(UserError, match="the merged model is not the model that was trained"):
        exported(lora, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "export.json").read_text())["files"] == first.files
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_weights_that_break_while_they_are_written_are_refused_and_nothing_is_left(
    lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(model: Any, *rest: Any) -> None:
        with torch.no_grad():
            model.model.norm.weight.fill_(float("nan"))
        run_write(model, *rest)

    run_write = run.write_model
    monkeypatch.setattr(run, "write_model", broken)
    with pytest.raises(UserError, match=r"what was written is not the model.*nothing was written"):
        exported(lora, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_is_left_alone(lora: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("x")
    with pytest.raises(UserError, match=r"holds something else; name another folder with --out"):
        exported(lora, tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").exists()


def test_without_a_row_to_compare_on_nothing_is_exported(lora: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no held-out row of task chat.*split\.validation_ratio"):
        exported(lora, tmp_path / "out", rows=HELD_OUT[-2:])


@pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)
def test_qlora_is_merged_into_full_precision_and_the_4_bits_are_told(
    tiny_base: Path, tmp_path: Path
) -> None:
    folder = train(tiny_base, tmp_path, {"kind": "qlora", "r": 4})
    record = exported(folder, tmp_path / "out")
    assert record.quantised is not None
    assert record.written.relative < record.tolerance < record.quantised.relative
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert "Linear4bit" not in {type(part).__name__ for part in theirs.modules()}
