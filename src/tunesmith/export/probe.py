"""What a model says at every place of a few texts: the logits that two models are compared by."""

from dataclasses import dataclass
from typing import Any

from tunesmith.models.load import Loaded
from tunesmith.rows import Row, prompt_of
from tunesmith.tasks import chat, classification, completion, text
from tunesmith.tasks.endings import end_ids

FORMS = {"chat": chat, "completion": completion}


@dataclass(frozen=True)
class Probe:
    """Tokens, and the first of them that the model is asked to foresee."""

    ids: list[int]
    first: int  # 0 for classes, which are asked for once a text


def prompts(tokenizer: Any, task: str, rows: list[Row], max_length: int) -> list[list[int]]:
    """Return the tokens that a model is given for each row, at most `max_length` of them."""
    if task == "classification":
        return [classification.encode_text(row, tokenizer, max_length) for row in rows]
    if task == "text":
        return [text.encode(row, tokenizer, max_length)["input_ids"] for row in rows]
    form = FORMS[task]
    encoded = [form.encode_prompt(prompt_of(row), tokenizer, row.get("tools")) for row in rows]
    return [ids[-max_length:] for ids in encoded]


def probes(loaded: Loaded, task: str, given: list[list[int]], new_tokens: int) -> list[Probe]:
    """Return the texts to compare on; of chats and completions with the model's greedy answer.

    A second model that prefers the same token at every place of these answers gives the same
    greedy answers, since it would have come to the same places.
    """
    if task == "classification":
        return [Probe(ids, 0) for ids in given]
    if task == "text":
        return [Probe(ids, 1) for ids in given if len(ids) > 1]
    return [Probe(ids + _answer(loaded, ids, new_tokens), len(ids)) for ids in given]


def _answer(loaded: Loaded, ids: list[int], new_tokens: int) -> list[int]:
    """Return the greedy answer to one prompt."""
    import torch

    ids_1T = torch.tensor([ids], device=loaded.model.device)
    with torch.inference_mode():
        out_1T = loaded.model.generate(
            input_ids=ids_1T,
            attention_mask=torch.ones_like(ids_1T),
            max_new_tokens=new_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=end_ids(loaded.tokenizer),
            pad_token_id=loaded.tokenizer.pad_token_id,
        )
    return [int(one) for one in out_1T[0, len(ids) :]]


def logits(model: Any, asked: list[Probe]) -> list[Any]:
    """Return, per probe, logits_TV in fp32 on the CPU: T places that are foreseen, V tokens.

    For classes T is 1 and V the number of classes.
    """
    import torch

    found = []
    for probe in asked:
        ids_1T = torch.tensor([probe.ids], device=model.device)
        with torch.inference_mode():
            out = model(input_ids=ids_1T, attention_mask=torch.ones_like(ids_1T)).logits
        found.append((out if probe.first == 0 else out[0, probe.first - 1 : -1]).float().cpu())
    return found
