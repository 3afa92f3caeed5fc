"""TRL's YAML and the alignment handbook's: SFTConfig, ModelConfig and ScriptArguments in one."""

from typing import Any

from tunesmith.dialects import shared
from tunesmith.dialects.translation import Translation

SIGNS = {
    *("dataset_name", "dataset_mixture", "use_peft", "dataset_train_split", "assistant_only_loss"),
    *("completion_only_loss", "max_seq_length", "packing_strategy", "loss_type", "beta"),
    *("dataset_text_field", "model_revision", "eos_token", "padding_free"),
}
DEFAULTS = shared.Defaults(2e-5, 3.0, 8, 1024)
PREFERENCES = (
    "beta",
    "loss_type",
    "reference_free",
    "precompute_ref_log_probs",
    "max_prompt_length",
)
QUANTISED = ("bnb_4bit_quant_type", "use_bnb_nested_quant", "bnb_4bit_quant_storage")


def translate(t: Translation) -> None:
    """Translate one file; what is not set has TRL's default."""
    shared.begin(t, "model_name_or_path", DEFAULTS)
    method = _method(t)
    most = shared.set_epochs(t, "num_train_epochs", DEFAULTS.epochs)
    shared.set_schedule(t, most, "linear", "lr_scheduler_type")
    shared.set_batches(t, "per_device_train_batch_size", "train_batch_size", DEFAULTS.batch)
    shared.set_optimiser(t)
    shared.set_memory(t)
    shared.set_early_stop(t)
    shared.set_tracking(t)
    _set_data(t)
    shared.set_packing(t, "packing")
    t.ignore("packing_strategy", "eval_packing", "dataset_num_proc", "preprocessing_num_workers")
    t.ignore("assistant_only_loss", "padding_free", "dataset_text_field", "pad_to_multiple_of")
    if t.take("completion_only_loss") is False:
        t.lose("completion_only_loss", False, "only answers are trained", "task: text")
    t.drop("put it into a .jinja file", "base.chat_template", "chat_template", "chat_template_path")
    t.drop("the base model says it", "base.chat_template", "eos_token", "pad_token")
    _set_preference(t)
    length = t.take("max_length", "max_seq_length") or DEFAULTS.max_length
    shared.finish_phase(t, method, "chat", length)


def _method(t: Translation) -> dict[str, Any]:
    """Return the method that `use_peft` and its options mean."""
    peft, four, eight = t.take("use_peft"), t.take("load_in_4bit"), t.take("load_in_8bit")
    r, alpha, dropout = t.take("lora_r") or 16, t.take("lora_alpha") or 32, t.take("lora_dropout")
    named, saved = t.take("lora_target_modules"), t.take("lora_modules_to_save")
    flags = {"rslora": t.take("use_rslora"), "dora": t.take("use_dora")}
    t.ignore("lora_task_type", *QUANTISED)
    if eight:
        t.lose("load_in_8bit", True, "bases are trained on in 4 bits or whole", "kind: qlora")
    if not peft:
        return {"kind": "full"}
    if named is None:
        why = "TRL takes PEFT's own for the architecture, often only q and v; all are set"
        t.lose("lora_target_modules", None, why, "method.targets")
    dropout = 0.05 if dropout is None else dropout
    method = shared.low_rank("qlora" if four else "lora", r, alpha, dropout, named)
    return shared.with_switches(method, saved, **flags)


def _set_data(t: Translation) -> None:
    """Translate the data sets: one of the hub, or a mixture."""
    name, mixture = t.take("dataset_name"), t.take("dataset_mixture")
    config, split = t.take("dataset_config"), t.take("dataset_train_split")
    held = t.take("dataset_test_split")
    sources: list[dict[str, Any]] = []
    if name is not None:
        hub = {"kind": "hub", "dataset": name, "config": config, "from_split": split or "train"}
        sources.append({key: value for key, value in hub.items() if value is not None})
    if isinstance(mixture, list):  # the handbook's old form: name → weight is not read
        mixture = {"datasets": mixture}
    if mixture:
        sources.append({"kind": "entries", "datasets": mixture["datasets"]})
        shared.set_validation(t, mixture.get("test_split_size"), "dataset_mixture.test_split_size")
    if sources:
        t.put("collect.sources", sources)
    if held is not None and held != "test":
        t.lose("dataset_test_split", held, "add it as a source", "collect.sources: split: test")
    t.drop("rows are read once, before training", "", "dataset_streaming", "streaming")


def _set_preference(t: Translation) -> None:
    """Note what only a preference trainer has."""
    loss = t.take("loss_type")
    if loss in ("nll", "chunked_nll", "dft"):
        t.lose("loss_type", loss, "the loss is the mean over trained tokens")
    elif loss is not None:
        t.given["loss_type"] = loss
    for name in PREFERENCES:
        if (value := t.take(name)) is not None:
            t.block(name, value)
