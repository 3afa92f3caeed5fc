"""Translates with a sequence-to-sequence model such as Marian, from a folder or the hub."""

from collections.abc import Sequence
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.load import device, dtype
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve, weights_folder
from tunesmith.prediction.batches import by_length
from tunesmith.prediction.write import ModelSpec

MOST_TOKENS = 512  # of a text; Marian has no place for more


def translate(spec: ModelSpec, texts: Sequence[str]) -> list[str | None]:
    """Return the translations in order, None for one that was cut off; one beam, so they repeat.

    Raises:
        UserError: the model is not found, is not what the digest pins, or is no translator.
    """
    if not texts:
        return []
    found = resolve(BaseParams(model=spec.model, revision=spec.revision, digest=spec.digest))
    model, tokenizer = _loaded(str(weights_folder(found)), spec.model)
    done: list[str | None] = [None] * len(texts)
    for batch in by_length([len(text) for text in texts], spec.batch_size):
        new = _translated(model, tokenizer, [texts[place] for place in batch], spec.max_new_tokens)
        for place, text in zip(batch, new, strict=True):
            done[place] = text
    return done


def _loaded(folder: str, name: str) -> tuple[Any, Any]:
    """Return model and tokenizer."""
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=dtype(), use_safetensors=True)
    except ImportError:
        raise UserError(f"{name}: Marian needs sentencepiece; pip install sentencepiece") from None
    except ValueError as error:
        raise UserError(f"{name}: no translation model: {str(error).splitlines()[0]}") from None
    return model.to(device()).eval(), tokenizer


def _translated(model: Any, tokenizer: Any, texts: list[str], most: int) -> list[str | None]:
    """Return the translations of one batch."""
    import torch

    batch = tokenizer(
        texts, return_tensors="pt", padding=True, truncation=True, max_length=MOST_TOKENS
    ).to(model.device)
    with torch.inference_mode():
        ids_BT = model.generate(
            **batch,
            num_beams=1,
            do_sample=False,
            max_new_tokens=most,
            forced_eos_token_id=None,  # Marian's own setting hides that a text was cut off
        )
    end = model.config.eos_token_id
    return [
        tokenizer.decode(ids, skip_special_tokens=True).strip() if end in ids[1:].tolist() else None
        for ids in ids_BT
    ]
