"""TRL's YAML and the alignment handbook's become dials that are valid."""

from pathlib import Path

import pytest

from tests.tunesmith.dialects.reading import laid_on, lost, read
from tunesmith.training.params import Phase

SFT = """
model_name_or_path: Qwen/Qwen2.5-0.5B
model_revision: main
dtype: bfloat16
dataset_name: trl-lib/Capybara
dataset_num_proc: 8
learning_rate: 2.0e-4
num_train_epochs: 1
packing: true
packing_strategy: bfd
max_length: 1024
per_device_train_batch_size: 2
gradient_accumulation_steps: 8
gradient_checkpointing: true
gradient_checkpointing_kwargs: {use_reentrant: false}
lr_scheduler_type: cosine_with_min_lr
lr_scheduler_kwargs: {min_lr_rate: 0.1}
warmup_ratio: 0.03
eval_strategy: steps
eval_steps: 100
use_peft: true
lora_r: 32
lora_alpha: 16
use_liger_kernel: true
report_to: [tensorboard]
output_dir: Qwen2.5-0.5B-SFT
push_to_hub: true
seed: 7
"""


def test_lora_of_a_hub_data_set_becomes_a_phase(tmp_path: Path, root: Path) -> None:
    found = read(tmp_path, SFT)
    dials = laid_on(root, tmp_path, found)
    phase = dials.phases["sft"]
    assert (phase.schedule, phase.min_lr_ratio, phase.warmup_ratio) == (
        "cosine_with_min_lr",
        0.1,
        0.03,
    )
    assert found.overlay["phases"]["sft"]["method"]["dropout"] == 0.05
    assert found.overlay["collect"]["sources"] == [
        {"kind": "hub", "dataset": "trl-lib/Capybara", "from_split": "train"}
    ]
    assert (dials.seed, dials.base.revision) == (7, "main")
    assert (phase.tracking, phase.packing) == (["tensorboard"], True)


def test_what_has_no_counterpart_is_named(tmp_path: Path) -> None:
    dials = {"packing": "packing", "activation_checkpointing": "gradient_checkpointing"}
    may = {theirs for ours, theirs in dials.items() if ours not in Phase.model_fields}
    assert (
        set(lost(read(tmp_path, SFT)))
        == {
            "eval_steps",
            "lora_target_modules",
            "use_liger_kernel",
        }
        | may
    )


def test_without_peft_everything_is_trained(tmp_path: Path, root: Path) -> None:
    found = read(tmp_path, "model_name_or_path: x/y\ndataset_name: a/b\nload_in_4bit: false\n")
    phase = laid_on(root, tmp_path, found).phases["sft"]
    assert (phase.method.kind, phase.learning_rate) == ("full", 2e-5)


def test_four_bits_are_qlora(tmp_path: Path) -> None:
    found = read(tmp_path, "dataset_name: a/b\nuse_peft: true\nload_in_4bit: true\n")
    assert found.overlay["phases"]["sft"]["method"]["kind"] == "qlora"


def test_a_mixture_is_read_with_its_weights_and_its_test_share(tmp_path: Path, root: Path) -> None:
    text = """
dataset_mixture:
  datasets:
    - {id: a/b, config: all, split: train_sft, columns: [messages], weight: 0.5}
    - {id: c/d, columns: [messages]}
  seed: 0
  test_split_size: 2000
"""
    found = read(tmp_path, text)
    laid_on(root, tmp_path, found)
    assert found.overlay["collect"]["sources"][0]["datasets"][0]["weight"] == 0.5
    assert lost(found)["dataset_mixture.test_split_size"].nearest == "split.validation_ratio"


@pytest.mark.parametrize("line", ["beta: 0.1", "loss_type: sigmoid"])
def test_what_only_a_preference_trainer_has_blocks_the_overlay(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, f"dataset_name: a/b\n{line}\n")
    assert found.blocked == line


def test_a_way_to_compute_the_same_loss_blocks_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "dataset_name: a/b\nloss_type: chunked_nll\n").blocked == ""


def test_a_schedule_that_we_lack_names_what_to_take_instead(tmp_path: Path) -> None:
    found = read(tmp_path, "dataset_name: a/b\nlr_scheduler_type: reduce_lr_on_plateau\n")
    assert lost(found)["lr_scheduler_type"].nearest.startswith("cosine with early_stopping_pat")
    assert found.overlay["phases"]["sft"]["packing"] is False
