"""Adapters with random weights on a tiny base, as a phase would have left them."""

from pathlib import Path
from typing import Any

import torch

from tunesmith.methods import read_method
from tunesmith.models.asked import template_sha256, tokenizer_sha256
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest


def save_adapter(
    base: Path, out: Path, seed: int, method: dict[str, Any] | None = None, **more: Any
) -> Path:
    """Save an untrained adapter that changes the base; `more` goes into its manifest."""
    dials = {"kind": "lora", "r": 4, "alpha": 8} | (method or {})
    kind = read_method(dials)
    loaded = load(base, more.get("task", "chat"), [])
    torch.manual_seed(seed)
    model = kind.apply(loaded.model, more.get("task", "chat"))
    for weight in model.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight, std=0.2)
    kind.save(model, out)
    fields: dict[str, Any] = {
        "phase": out.name,
        "task": "chat",
        "method": kind.model_dump(mode="json"),
        "base": Descriptor.read(base),
        "labels": [],
        "parents": [],
        "data": {},
        "settings": {"max_length": 128},
        "template_sha256": template_sha256(loaded.tokenizer),
        "tokenizer_sha256": tokenizer_sha256(loaded.tokenizer),
        "seed": seed,
        "rows": {},
        "metrics": {},
    }
    Manifest(**(fields | more)).write(out)
    return out


def logits(folder: Path, ids: list[int]) -> torch.Tensor:
    """Return the logits_TV of a folder of models/ on a text."""
    loaded = load(folder, "chat", [])
    with torch.inference_mode():
        found: torch.Tensor = loaded.model(input_ids=torch.tensor([ids])).logits[0]
    return found.clone()
