"""The tokens that end an answer: what training has to teach and where generation stops."""

from typing import Any

PROBE = "Tunesmith"
TURNS = [{"role": "user", "content": PROBE}, {"role": "assistant", "content": PROBE}]


def end_ids(tokenizer: Any) -> list[int]:
    """Return the ids at which generation stops: the tokenizer's end and the template's.

    A base model often brings a template that ends turns with another token than the tokenizer's
    end (ChatML's `<|im_end|>` on a tokenizer that ends texts with `<|endoftext|>`); a model that
    was trained in it says only the former.
    """
    ids = [tokenizer.eos_token_id, turn_end(tokenizer)]
    return list(dict.fromkeys(one for one in ids if one is not None))


def turn_end(tokenizer: Any) -> int | None:
    """Return the first special token that the chat template puts behind an answer, if any."""
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    tail = tokenizer(_behind_an_answer(tokenizer), add_special_tokens=False)["input_ids"]
    return next((int(one) for one in tail if one in special), None)


def _behind_an_answer(tokenizer: Any) -> str:
    """Return what the template writes behind an answer; empty without one, or one that refuses."""
    from jinja2 import TemplateError

    if tokenizer.chat_template is None:
        return ""
    try:
        text = str(tokenizer.apply_chat_template(TURNS, tokenize=False))
    except TemplateError:
        return ""
    return text.rpartition(PROBE)[2]
