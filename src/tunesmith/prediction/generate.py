"""Answers in batches: padded on the left, the same text at every batch size in fp32."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tunesmith.decoding.way import Way
from tunesmith.prediction.batches import by_length
from tunesmith.tasks.endings import end_ids


@dataclass(frozen=True)
class Generation:
    """One answer."""

    text: str
    ids: tuple[int, ...]  # generated tokens, the end token included
    finished: bool  # ended by itself before the limit

    @property
    def tokens(self) -> int:
        """How many were generated."""
        return len(self.ids)


def generate(
    model: Any,
    tokenizer: Any,
    prompts: list[list[int]],
    batch_size: int,
    max_new_tokens: int,
    processors: Callable[[list[int]], list[Any]] | None = None,
) -> list[Generation]:
    """Return an answer for every prompt (token ids), in order.

    Args:
        model: gives its likeliest tokens.
        tokenizer: of the model.
        prompts: token ids of each.
        batch_size: prompts at once.
        max_new_tokens: of an answer.
        processors: returns logits processors of transformers for the prompts of a batch, known by
            their places; with Gumbel noise the likeliest token is a sample.
    """
    answers: dict[int, Generation] = {}
    lengths = [len(ids) for ids in prompts]
    way = Way(model, min(batch_size, len(prompts)), max(lengths, default=0) + max_new_tokens)
    for batch in by_length(lengths, batch_size, padded=not _has_virtual_tokens(model)):
        chosen = [prompts[i] for i in batch]
        extra = partial(processors, batch) if processors else list
        new = _generate_batch(way, model.device, tokenizer, chosen, max_new_tokens, extra)
        answers.update(zip(batch, new, strict=True))
    return [answers[position] for position in range(len(prompts))]


def _has_virtual_tokens(model: Any) -> bool:
    """True for virtual tokens at the input: padding would move them away from the prompt.

    PEFT puts them before the padding and drops position ids, so that the answers of a padded batch
    are not those of the single prompts. A prefix is no part of the input and is not moved.
    """
    configs = getattr(model, "peft_config", {}).values()
    return any(c.is_prompt_learning and c.peft_type != "PREFIX_TUNING" for c in configs)


def _generate_batch(
    way: Way,
    device: Any,
    tokenizer: Any,
    prompts: list[list[int]],
    max_new_tokens: int,
    processors: Callable[[], list[Any]],
) -> list[Generation]:
    """Return answers of one batch."""
    import torch

    longest = max(map(len, prompts))
    pad, ends = tokenizer.pad_token_id, end_ids(tokenizer)
    ids_BT = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts], device=device)
    mask_BT = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    words = {
        "input_ids": ids_BT,
        "attention_mask": mask_BT.to(device),
        "max_new_tokens": max_new_tokens,
        "do_sample": False,
        "num_beams": 1,
        "eos_token_id": ends,
        "pad_token_id": pad,
    }
    with torch.inference_mode():
        out_BT = way.generate(words, processors)
    return [_cut(row[longest:].tolist(), tokenizer, ends) for row in out_BT]


def _cut(ids: list[int], tokenizer: Any, ends: list[int]) -> Generation:
    """Return the answer up to the first of its end tokens."""
    place = next((place for place, one in enumerate(ids) if one in ends), None)
    kept = ids[:place]
    text = tokenizer.decode(kept, skip_special_tokens=True).strip()
    whole = tuple(ids if place is None else ids[: place + 1])
    return Generation(text, whole, place is not None)
