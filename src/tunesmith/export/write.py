"""Writes a model with its tokenizer and template as others expect to find them."""

import shutil
from pathlib import Path
from typing import Any

from tunesmith.models.descriptor import KEPT, WEIGHTS
from tunesmith.tasks.endings import end_ids

DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
WRITTEN_HERE = ("config.json", "generation_config.json", "*.index.json", WEIGHTS)
SHARD = "5GB"


def stored_dtype(folder: Path) -> str:
    """Return the precision in which a folder's weights are stored, float32 for any other."""
    from safetensors import safe_open

    with safe_open(sorted(folder.glob(WEIGHTS))[0], framework="pt") as weights:
        kinds = {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    return next((name for kind, name in reversed(DTYPES.items()) if kind in kinds), "float32")


def write_model(model: Any, tokenizer: Any, base: Path, folder: Path, dtype: str) -> None:
    """Write weights, tokenizer, chat template and generation settings into a new folder.

    Args:
        model: plain weights; they are rounded to `dtype` in place.
        tokenizer: with the chat template that the model was trained with.
        base: folder of the base model, whose tokenizer files are copied byte by byte.
        folder: to write; it is made.
        dtype: float32, float16 or bfloat16.
    """
    import torch

    folder.mkdir(parents=True)
    _copy_tokenizer(base, folder)
    if tokenizer.chat_template is not None:
        text = str(tokenizer.chat_template)
        (folder / "chat_template.jinja").write_text(text, encoding="utf-8", newline="")
    if model.can_generate():
        model.generation_config.eos_token_id = end_ids(tokenizer)
        model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.to(getattr(torch, dtype)).save_pretrained(folder, max_shard_size=SHARD)


def _copy_tokenizer(base: Path, folder: Path) -> None:
    """Copy every file of the base that is neither weights nor written here."""
    for path in sorted(path for pattern in KEPT for path in base.glob(pattern)):
        if not any(path.match(pattern) for pattern in WRITTEN_HERE):
            shutil.copyfile(path, folder / path.name)
