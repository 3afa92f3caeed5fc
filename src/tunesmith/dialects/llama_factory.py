"""LLaMA-Factory's training YAML (https://github.com/hiyouga/LLaMA-Factory, examples/)."""

from typing import Any

from tunesmith.dialects import shared
from tunesmith.dialects.translation import Translation
from tunesmith.errors import UserError

SIGNS = {
    *("stage", "finetuning_type", "cutoff_len", "lora_target", "lora_rank", "val_size"),
    *("dataset_dir", "neat_packing", "quantization_bit", "pref_beta", "freeze_trainable_layers"),
}
TASKS = {"sft": "chat", "pt": "text"}
DEFAULTS = shared.Defaults(5e-5, 3.0, 8, 2048)
PREFERENCES = ("pref_beta", "pref_loss", "pref_ftx", "simpo_gamma", "dpo_label_smoothing")
GALORE = ("use_galore", "use_apollo", "use_badam", "use_llama_pro", "use_muon", "use_adam_mini")


def translate(t: Translation) -> None:
    """Translate one file; what is not set has LLaMA-Factory's default.

    Raises:
        UserError: a kind of fine-tuning that there is no method for.
    """
    shared.begin(t, "model_name_or_path", DEFAULTS)
    task = _task(t)
    method = _method(t)
    most = shared.set_epochs(t, "num_train_epochs", DEFAULTS.epochs)
    shared.set_schedule(t, most, "linear", "lr_scheduler_type")
    shared.set_batches(t, "per_device_train_batch_size", "train_batch_size", DEFAULTS.batch)
    shared.set_optimiser(t)
    shared.set_memory(t)
    shared.set_early_stop(t)
    shared.set_tracking(t)
    shared.set_validation(t, t.take("val_size"), "val_size")
    _set_data(t)
    shared.set_packing(t, "neat_packing", "packing", default=task == "text")
    t.ignore("pad_to_multiple_of")
    t.drop("only answers are trained, each whole", "task: text", "train_on_prompt", "mask_history")
    t.drop("a template is text of jinja, not a name", "base.chat_template", "template")
    t.drop("there is no phase of this kind yet", "", *PREFERENCES)
    t.drop("there is no such method", "method.kind: freeze", *GALORE)
    t.drop("predictions are of stage predict", "predict.max_new_tokens", "predict_with_generate")
    t.ignore("overwrite_cache", "preprocessing_num_workers", "tokenized_path", "use_fast_tokenizer")
    shared.finish_phase(t, method, task, t.take("cutoff_len") or DEFAULTS.max_length)


def _task(t: Translation) -> str:
    """Return the task of the stage; of one that there is no phase for, chat is shown."""
    stage = str(t.take("stage") or "sft")
    if stage not in TASKS:
        t.block("stage", stage)
    return TASKS.get(stage, "chat")


def _method(t: Translation) -> dict[str, Any]:
    """Return the method that `finetuning_type` and its options mean."""
    kind, bits = str(t.take("finetuning_type") or "lora"), t.take("quantization_bit")
    t.ignore("quantization_method", "quantization_type", "double_quantization")
    lora = _lora(t, "qlora" if bits == 4 else "lora")
    if bits not in (None, 4):
        t.lose("quantization_bit", bits, "bases are trained on in 4 bits or whole", "kind: qlora")
    layers = t.take("freeze_trainable_layers")
    t.drop("layers are named by their number", "method.layers", "freeze_trainable_modules")
    t.drop("more than the last layers are not named", "method.layers", "freeze_extra_modules")
    if kind == "lora":
        return lora
    if kind == "freeze":
        return {"kind": "freeze", "layers": abs(int(layers or 2))}
    if kind != "full":
        raise UserError(f"finetuning_type: {kind}: there are lora, freeze and full")
    return {"kind": "full"}


def _lora(t: Translation, kind: str) -> dict[str, Any]:
    """Take LoRA's options and return the method."""
    rank = t.take("lora_rank") or 8
    alpha, dropout = t.take("lora_alpha") or 2 * rank, t.take("lora_dropout") or 0.0
    method = shared.low_rank(kind, rank, alpha, dropout, t.take("lora_target"))
    flags = {"rslora": t.take("use_rslora"), "dora": t.take("use_dora")}
    method = shared.with_switches(method, t.take("additional_target"), **flags)
    pissa, plus = t.take("pissa_init"), t.take("loraplus_lr_ratio")
    t.ignore("pissa_iter", "pissa_convert", "create_new_adapter")
    for name, value, option in (
        ("pissa_init", pissa, {"init": "pissa"}),
        ("loraplus_lr_ratio", plus, {"lora_plus": plus}),
    ):
        if value and kind == "qlora":
            t.lose(name, value, "not on a base in 4 bits", "method.kind: lora")
        elif value:
            method |= option
    t.drop("a phase goes on from another", "phases.<name>.from", "adapter_name_or_path")
    return method


def _set_data(t: Translation) -> None:
    """Translate the data sets: names of LLaMA-Factory's own registry."""
    names, folder = t.take("dataset"), str(t.take("dataset_dir") or "data")
    if names is not None:
        entries = names.split(",") if isinstance(names, str) else names
        source: dict[str, Any] = {"kind": "dataset_info", "path": "dataset_info.json"}
        source["entries"] = [str(name).strip() for name in entries]
        most = t.take("max_samples")
        if folder.rstrip("/") == "data":
            why = "stages write below data/; put the registry and its files into the inbox"
            t.lose("dataset_dir", folder, why, "collect.folder")
            folder = "data/inbox"
        t.put("collect.folder", folder)
        t.put("collect.sources", [source | ({"limit": int(most)} if most else {})])
    held = t.take("eval_dataset")
    if held is not None:
        t.lose("eval_dataset", held, "add it as a source", "collect.sources: split: validation")
    t.drop(
        "sources are read one after the other", "kind: mixture", "mix_strategy", "interleave_probs"
    )
    t.drop("rows are read once, before training", "", "streaming", "media_dir")
