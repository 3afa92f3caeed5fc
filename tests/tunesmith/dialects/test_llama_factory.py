"""LLaMA-Factory's YAML, in the words of its examples, becomes dials that are valid."""

from pathlib import Path
from typing import Any

import pytest

from tests.tunesmith.dialects.reading import laid_on, lost, read
from tunesmith.dialects import read_config
from tunesmith.errors import UserError

SFT = """
### model
model_name_or_path: Qwen/Qwen2.5-0.5B-Instruct
trust_remote_code: true
### method
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
deepspeed: examples/deepspeed/ds_z3_config.json
### dataset
dataset: identity,alpaca_en_demo
template: qwen
cutoff_len: 2048
max_samples: 1000
overwrite_cache: true
preprocessing_num_workers: 16
### output
output_dir: saves/qwen/lora/sft
logging_steps: 10
save_steps: 500
plot_loss: true
### train
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
ddp_timeout: 180000000
### eval
val_size: 0.1
per_device_eval_batch_size: 1
eval_strategy: steps
eval_steps: 500
"""


def test_supervised_lora_becomes_a_phase_and_the_registry_a_source(
    tmp_path: Path, root: Path
) -> None:
    found = read(tmp_path, SFT)
    assert found.overlay["phases"]["sft"] == {
        "from": "base",
        "with": "base",
        "task": "chat",
        "method": {"kind": "lora", "r": 8, "alpha": 16, "dropout": 0, "targets": "all-linear"},
        "objective": {"kind": "likelihood"},
        "learning_rate": 1e-4,
        "epochs": 3,
        "schedule": "cosine",
        "warmup_ratio": 0.1,
        "per_device_batch_size": 1,
        "gradient_accumulation_steps": 8,
        "packing": False,
        "max_length": 2048,
    }
    assert found.overlay["split"] == {"validation_ratio": 0.1}
    assert found.overlay["collect"]["folder"] == "data/inbox"
    assert found.overlay["collect"]["sources"][0]["entries"] == ["identity", "alpaca_en_demo"]
    dials = laid_on(root, tmp_path, found)
    assert dials.base.model == "Qwen/Qwen2.5-0.5B-Instruct"
    assert dials.base.digest is None
    assert not dials.base.trust_remote_code


def test_what_has_no_counterpart_is_named_with_the_nearest_dial(tmp_path: Path) -> None:
    found = read(tmp_path, SFT)
    assert set(lost(found)) == {
        "deepspeed",
        "template",
        "eval_steps",
        "trust_remote_code",
        "dataset_dir",
    }
    assert lost(found)["template"].nearest == "base.chat_template"


@pytest.mark.parametrize(
    ("lines", "method"),
    [
        ("finetuning_type: full", {"kind": "full"}),
        ("finetuning_type: freeze\nfreeze_trainable_layers: 3", {"kind": "freeze", "layers": 3}),
        (
            "finetuning_type: lora\nquantization_bit: 4\nquantization_method: bnb\n"
            "lora_target: q_proj, v_proj\nlora_alpha: 64\nlora_dropout: 0.05",
            {
                "kind": "qlora",
                "r": 8,
                "alpha": 64,
                "dropout": 0.05,
                "targets": ["q_proj", "v_proj"],
            },
        ),
        (
            "finetuning_type: lora\nuse_dora: true\nuse_rslora: true\npissa_init: true\n"
            "loraplus_lr_ratio: 16.0\nadditional_target: embed_tokens,lm_head",
            {
                "kind": "lora",
                "r": 8,
                "alpha": 16,
                "dropout": 0,
                "targets": "all-linear",
                "rslora": True,
                "dora": True,
                "modules_to_save": ["embed_tokens", "lm_head"],
                "init": "pissa",
                "lora_plus": 16.0,
            },
        ),
    ],
)
def test_kinds_of_fine_tuning(
    tmp_path: Path, root: Path, lines: str, method: dict[str, Any]
) -> None:
    found = read(tmp_path, f"stage: sft\n{lines}\n")
    assert found.overlay["phases"]["sft"]["method"] == method
    laid_on(root, tmp_path, found)


def test_what_is_not_set_has_llama_factorys_default(tmp_path: Path) -> None:
    phase = read(tmp_path, "stage: sft\n").overlay["phases"]["sft"]
    assert (phase["learning_rate"], phase["epochs"], phase["schedule"]) == (5e-5, 3, "linear")
    assert (phase["max_length"], phase["warmup_ratio"]) == (2048, 0)


def test_pretraining_is_a_phase_of_texts(tmp_path: Path) -> None:
    assert read(tmp_path, "stage: pt\n").overlay["phases"]["sft"]["task"] == "text"


@pytest.mark.parametrize("stage", ["dpo", "kto", "rm", "ppo"])
def test_a_stage_that_is_no_phase_yet_blocks_the_overlay(tmp_path: Path, stage: str) -> None:
    found = read(tmp_path, f"stage: {stage}\npref_beta: 0.1\npref_loss: sigmoid\n")
    assert found.blocked == f"stage: {stage}"
    assert {"stage", "pref_beta", "pref_loss"} <= set(lost(found))


def test_warm_up_in_steps_is_a_share_only_where_the_steps_are_known(tmp_path: Path) -> None:
    known = read(tmp_path, "stage: sft\nmax_steps: 200\nwarmup_steps: 20\n")
    assert known.overlay["phases"]["sft"]["warmup_ratio"] == 0.1
    assert set(lost(known)) == {"max_steps"}
    unknown = read(tmp_path, "stage: sft\nwarmup_steps: 20\n")
    assert unknown.overlay["phases"]["sft"]["warmup_ratio"] == 0
    assert lost(unknown)["warmup_steps"].nearest == "phases.<name>.warmup_ratio"


def test_validation_rows_by_number_are_not_a_share(tmp_path: Path) -> None:
    found = read(tmp_path, "stage: sft\nval_size: 200\n")
    assert "split" not in found.overlay
    assert lost(found)["val_size"].nearest == "split.validation_ratio"


def test_a_misspelt_key_is_lost_and_not_passed_over(tmp_path: Path) -> None:
    assert lost(read(tmp_path, "stage: sft\nlora_rnak: 8\n"))["lora_rnak"].value == 8


def test_an_unknown_kind_of_fine_tuning_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("finetuning_type: oft\n")
    with pytest.raises(UserError, match="finetuning_type: oft: there are lora, freeze and full"):
        read_config(tmp_path / "x.yaml")


@pytest.mark.parametrize(("stage", "packing"), [("sft", False), ("pt", True)])
def test_only_pretraining_packs_by_itself(tmp_path: Path, stage: str, packing: bool) -> None:
    found = read(tmp_path, f"stage: {stage}\ncutoff_len: 128\n")
    assert found.overlay["phases"]["sft"]["packing"] is packing


@pytest.mark.parametrize(
    ("said", "ours", "gone"),
    [
        ("wandb", ["wandb"], None),
        ("[tensorboard, mlflow]", ["tensorboard", "mlflow"], None),
        ("none", None, None),
        ("[wandb, swanlab]", ["wandb"], ["swanlab"]),
        ("all", None, ["all"]),
    ],
)
def test_trackers_are_ours_where_we_have_them(
    tmp_path: Path, root: Path, said: str, ours: list[str] | None, gone: list[str] | None
) -> None:
    found = read(tmp_path, f"stage: sft\nreport_to: {said}\nrun_name: a\n")
    assert found.overlay["phases"]["sft"].get("tracking") == ours
    assert (lost(found)["report_to"].value if gone else None) == gone
    assert laid_on(root, tmp_path, found).phases["sft"].tracking == (ours or [])
