"""axolotl's YAML, in the words of its examples, becomes dials that are valid."""

from pathlib import Path

import pytest

from tests.tunesmith.dialects.reading import laid_on, lost, read
from tunesmith.errors import UserError
from tunesmith.training.params import Phase

QLORA = """
base_model: NousResearch/Llama-3.2-1B
load_in_8bit: false
load_in_4bit: true
strict: false
chat_template: llama3
datasets:
  - path: support.jsonl
    type: chat_template
    field_messages: messages
    message_property_mappings: {role: role, content: content}
    roles_to_train: [assistant]
    train_on_eos: turn
  - path: teknium/GPT4-LLM-Cleaned
    type: alpaca
dataset_prepared_path: last_run_prepared
val_set_size: 0.1
output_dir: ./outputs/qlora-out
adapter: qlora
lora_model_dir:
sequence_len: 2048
sample_packing: true
eval_sample_packing: true
pad_to_sequence_len: true
lora_r: 32
lora_alpha: 16
lora_dropout: 0.05
lora_target_modules:
lora_target_linear: true
wandb_project:
wandb_entity:
gradient_accumulation_steps: 4
micro_batch_size: 2
num_epochs: 1
optimizer: adamw_bnb_8bit
lr_scheduler: cosine
learning_rate: 0.0002
bf16: auto
tf32: false
gradient_checkpointing: true
resume_from_checkpoint:
logging_steps: 1
flash_attention: true
loss_watchdog_threshold: 5.0
warmup_steps: 10
evals_per_epoch: 4
saves_per_epoch: 1
debug:
deepspeed:
weight_decay: 0.01
fsdp:
fsdp_config:
special_tokens:
  pad_token: "<|end_of_text|>"
"""


def test_qlora_becomes_a_phase_and_the_entries_a_source(tmp_path: Path, root: Path) -> None:
    found = read(tmp_path, QLORA)
    phase = found.overlay["phases"]["sft"]
    assert phase["method"] == {
        "kind": "qlora",
        "r": 32,
        "alpha": 16,
        "dropout": 0.05,
        "targets": "all-linear",
    }
    assert (phase["per_device_batch_size"], phase["evaluations_per_epoch"]) == (2, 4)
    source = found.overlay["collect"]["sources"][0]
    assert [entry["path"] for entry in source["datasets"]] == [
        "support.jsonl",
        "teknium/GPT4-LLM-Cleaned",
    ]
    dials = laid_on(root, tmp_path, found)
    assert dials.phases["sft"].weight_decay == 0.01
    assert dials.split.validation_ratio == 0.1


def test_what_has_no_counterpart_is_named(tmp_path: Path) -> None:
    found = lost(read(tmp_path, QLORA))
    must = {"chat_template", "optim", "warmup_steps", "special_tokens", "flash_attention"}
    dials = {"packing": "sample_packing", "activation_checkpointing": "gradient_checkpointing"}
    may = {theirs for ours, theirs in dials.items() if ours not in Phase.model_fields}
    assert set(found) == must | may


def test_no_adapter_is_full_fine_tuning(tmp_path: Path, root: Path) -> None:
    found = read(tmp_path, "base_model: x/y\nlearning_rate: 1e-5\nsequence_len: 128\n")
    assert found.overlay["phases"]["sft"]["method"] == {"kind": "full"}
    laid_on(root, tmp_path, found)


def test_a_cosine_that_ends_above_zero_is_a_schedule_of_ours(tmp_path: Path, root: Path) -> None:
    found = read(tmp_path, "base_model: x/y\nlr_scheduler: cosine\ncosine_min_lr_ratio: 0.1\n")
    phase = laid_on(root, tmp_path, found).phases["sft"]
    assert (phase.schedule, phase.min_lr_ratio) == ("cosine_with_min_lr", 0.1)


def test_plain_texts_alone_make_a_phase_of_texts(tmp_path: Path) -> None:
    text = "base_model: x/y\ndatasets:\n  - {path: book.txt, type: completion, field: text}\n"
    assert read(tmp_path, text).overlay["phases"]["sft"]["task"] == "text"


def test_an_entry_that_no_source_reads_is_lost_alone(tmp_path: Path) -> None:
    entries = "  - {path: a.jsonl, type: alpaca}\n  - {path: b.jsonl, type: context_qa.load_v2}\n"
    found = read(tmp_path, f"base_model: x/y\ndatasets:\n{entries}")
    assert [e["path"] for e in found.overlay["collect"]["sources"][0]["datasets"]] == ["a.jsonl"]
    assert lost(found)["datasets"].value["path"] == "b.jsonl"


def test_preferences_block_the_overlay(tmp_path: Path) -> None:
    found = read(tmp_path, "base_model: x/y\nrl: dpo\nrl_beta: 0.1\n")
    assert found.blocked == "rl: dpo"
    assert {"rl", "rl_beta"} <= set(lost(found))


def test_several_devices_and_a_schedule_that_we_lack_are_lost(tmp_path: Path) -> None:
    found = read(
        tmp_path, "base_model: x/y\nlr_scheduler: rex\nfsdp: [full_shard]\nfsdp_config: {a: 1}\n"
    )
    assert {"lr_scheduler", "fsdp", "fsdp_config"} <= set(lost(found))
    assert found.overlay["phases"]["sft"]["schedule"] == "cosine"


def test_an_adapter_that_is_no_method_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="adapter: llama-adapter: there are lora and qlora"):
        read(tmp_path, "base_model: x/y\nadapter: llama-adapter\n")


def test_rows_are_not_packed_where_nothing_asks_for_it(tmp_path: Path) -> None:
    assert read(tmp_path, "base_model: x/y\n").overlay["phases"]["sft"]["packing"] is False
    assert read(tmp_path, QLORA).overlay["phases"]["sft"]["packing"] is True


def test_trackers_are_those_that_a_project_or_a_switch_turns_on(tmp_path: Path, root: Path) -> None:
    text = "base_model: x/y\nwandb_project: mine\nwandb_entity: us\nuse_tensorboard: true\n"
    found = read(tmp_path, text + "mlflow_experiment_name: tries\n")
    assert laid_on(root, tmp_path, found).phases["sft"].tracking == [
        "tensorboard",
        "wandb",
        "mlflow",
    ]
    assert lost(found)["wandb_project"].nearest == "WANDB_PROJECT"
    assert {"wandb_entity", "mlflow_experiment_name"} <= set(lost(found))


def test_a_project_without_a_name_asks_for_no_tracker(tmp_path: Path) -> None:
    assert "tracking" not in read(tmp_path, QLORA).overlay["phases"]["sft"]
