"""axolotl's YAML (https://github.com/axolotl-ai-cloud/axolotl, docs/config-reference)."""

from typing import Any

from pydantic import ValidationError

from tunesmith.dialects import shared
from tunesmith.dialects.translation import Translation
from tunesmith.errors import UserError
from tunesmith.sources.entries import DatasetEntry

SIGNS = {
    *("base_model", "sequence_len", "micro_batch_size", "num_epochs", "sample_packing"),
    *("adapter", "lora_target_linear", "val_set_size", "dataset_prepared_path", "rl"),
    *("train_on_inputs", "pad_to_sequence_len", "eval_sample_packing"),
}
DEFAULTS = shared.Defaults(1e-5, 1.0, 1, 512)
RUNS = (
    *("wandb_watch", "wandb_log_model", "wandb_run_id", "wandb_mode", "eval_table_size"),
    *("dataset_prepared_path", "strict", "debug", "saves_per_epoch", "local_rank", "hub_model_id"),
    *("dataset_processes", "model_type", "tokenizer_type", "is_llama_derived_model"),
    *("early_stopping_threshold", "eval_max_new_tokens", "loss_watchdog_threshold"),
    *("loss_watchdog_patience", "lora_fan_in_fan_out", "save_first_step", "pad_to_sequence_len"),
    *("eval_sample_packing", "auto_resume_from_checkpoints", "eval_batch_size"),
    *("shuffle_merged_datasets", "group_by_length"),
)
PREFERENCES = (
    "rl_beta",
    "dpo_beta",
    "dpo_use_weighting",
    "kto_desirable_weight",
    "trl",
    "orpo_alpha",
)


def translate(t: Translation) -> None:
    """Translate one file; what is not set has axolotl's default.

    Raises:
        UserError: an adapter that there is no method for.
    """
    t.ignore(*RUNS)
    shared.begin(t, "base_model", DEFAULTS)
    method = _method(t)
    task = _set_data(t)
    most = shared.set_epochs(t, "num_epochs", DEFAULTS.epochs)
    _set_lowest_rate(t)
    shared.set_schedule(t, most, "cosine", "lr_scheduler")
    shared.set_batches(t, "micro_batch_size", "batch_size", DEFAULTS.batch)
    shared.set_optimiser(t)
    shared.set_memory(t)
    t.put(f"phases.{shared.PHASE}.evaluations_per_epoch", t.take("evals_per_epoch"))
    shared.set_early_stop(t)
    shared.set_validation(t, t.take("val_set_size"), "val_set_size")
    _set_tracking(t)
    shared.set_packing(t, "sample_packing")
    t.drop("only answers are trained", "task: text", "train_on_inputs")
    t.drop("a template is text of jinja, not a name", "base.chat_template", "chat_template")
    t.drop("put it into a .jinja file", "base.chat_template", "chat_template_jinja")
    t.drop(
        "tokens are those of the base model",
        "",
        "special_tokens",
        "tokens",
        "added_tokens_overrides",
    )
    if (preferred := t.take("rl")) is not None:
        t.block("rl", preferred)
    t.drop("there is no phase of this kind yet", "", *PREFERENCES)
    t.drop("cleaning is a stage", "clean.steps: exact_duplicates", "dataset_exact_deduplication")
    t.drop("no code of others is loaded", "", "plugins")
    shared.finish_phase(t, method, task, t.take("sequence_len") or DEFAULTS.max_length)


def _method(t: Translation) -> dict[str, Any]:
    """Return the method that `adapter` and its options mean."""
    kind, four, eight = t.take("adapter"), t.take("load_in_4bit"), t.take("load_in_8bit")
    r, alpha, dropout = t.take("lora_r") or 8, t.take("lora_alpha") or 16, t.take("lora_dropout")
    named, linear = t.take("lora_target_modules"), t.take("lora_target_linear")
    saved = t.take("lora_modules_to_save")
    flags = {"rslora": t.take("peft_use_rslora"), "dora": t.take("peft_use_dora")}
    plus = t.take("loraplus_lr_ratio")
    t.drop("a phase goes on from another", "phases.<name>.from", "lora_model_dir")
    t.drop("layers are named by their number", "method.kind: freeze", "unfrozen_parameters")
    t.drop(shared.KERNELS, "", "lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel")
    if eight:
        t.lose("load_in_8bit", True, "bases are trained on in 4 bits or whole", "kind: qlora")
    if kind is None:
        return {"kind": "full"}
    if kind not in ("lora", "qlora"):
        raise UserError(f"adapter: {kind}: there are lora and qlora; others by method.kind")
    quantised = kind == "qlora" or bool(four)
    method = shared.low_rank(
        "qlora" if quantised else "lora", r, alpha, dropout, None if linear else named
    )
    method = shared.with_switches(method, saved, **flags)
    if plus and not quantised:
        method |= {"lora_plus": float(plus)}
    elif plus:
        t.lose("loraplus_lr_ratio", plus, "not on a base in 4 bits", "method.kind: lora")
    return method


def _set_lowest_rate(t: Translation) -> None:
    """Translate the share of the learning rate that a cosine ends at."""
    lowest = t.take("cosine_min_lr_ratio")
    if lowest:
        t.given["lr_scheduler"] = "cosine_with_min_lr"
        t.given["lr_scheduler_kwargs"] = {"min_lr_rate": float(lowest)}


def _set_tracking(t: Translation) -> None:
    """Translate the trackers: a project or an address is what turns one on, else its switch."""
    asked = {name: bool(t.take(f"use_{name}")) for name in ("tensorboard", "wandb", "mlflow")}
    asked["wandb"] |= bool(t.given.get("wandb_project"))
    named = ("mlflow_tracking_uri", "mlflow_experiment_name")
    asked["mlflow"] |= any(t.given.get(key) for key in named)
    shared.set_tracking(t, **asked)


def _set_data(t: Translation) -> str:
    """Translate the data sets, whose entries our source `entries` reads; return the task."""
    entries = list(t.take("datasets") or t.take("pretraining_dataset") or [])
    kept = [entry for entry in entries if _is_read(t, entry, "datasets")]
    if kept:
        t.put("collect.sources", [{"kind": "entries", "datasets": kept}])
    held = t.take("test_datasets")
    if held:
        t.lose("test_datasets", held, "add it as a source", "collect.sources: split: test")
    plain = [entry for entry in kept if entry.get("type") == "completion"]
    return "text" if plain and len(plain) == len(kept) else "chat"


def _is_read(t: Translation, entry: Any, name: str) -> bool:
    """Return whether our source reads an entry; note why one is not."""
    try:
        DatasetEntry.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        t.lose(name, entry, f"{where}: {first['msg']}".strip(": "), "collect.sources: kind: file")
        return False
    return True
