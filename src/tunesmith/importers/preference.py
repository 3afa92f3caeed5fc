"""A better and a worse answer: `{"prompt", "chosen", "rejected"}` and LLaMA-Factory's variants.

The prompt may also be an alpaca instruction or a ShareGPT conversation, or be missing: then
chosen and rejected are whole conversations and what they share at their start is the prompt.
"""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from tunesmith.importers import alpaca, sharegpt
from tunesmith.importers.base import Importer, ShapeError, message, text
from tunesmith.importers.prompt_completion import is_messages, to_completion, to_prompt
from tunesmith.rows import Message, Row


def _answer(value: Any, column: str) -> list[Message]:
    """Return an answer: a text, a list of messages, or one ShareGPT or OpenAI message."""
    if isinstance(value, Mapping):
        role = value.get("from", value.get("role"))
        return [message(role, text(value.get("value", value.get("content")), column))]
    return to_completion(value, column)


def _prompt(record: Mapping[str, Any]) -> list[Message] | None:
    """Return the prompt in whatever way the record gives it; None if it gives none."""
    if "prompt" in record:
        return to_prompt(record["prompt"], "prompt")
    if "instruction" in record:
        return alpaca.to_prompt(record)
    if sharegpt.fits(record):
        return sharegpt.to_turns(record)
    return None


def _convert(record: Mapping[str, Any]) -> Row:
    """Return prompt, chosen and rejected as an example.

    Raises:
        ShapeError: there is no prompt, or the two answers begin with no common question.
    """
    chosen, rejected = (_answer(record[name], name) for name in ("chosen", "rejected"))
    prompt = _prompt(record)
    if prompt is None:
        if not is_messages(record["chosen"]):
            raise ShapeError('"chosen" and "rejected" without a prompt')
        pairs = zip(chosen[:-1], rejected[:-1], strict=False)
        prompt = [a for a, b in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    elif chosen[: len(prompt)] == prompt == rejected[: len(prompt)]:
        pass  # the answers repeat the prompt
    else:
        return {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    if not prompt:
        raise ShapeError('"chosen" and "rejected" begin with no common question')
    return {"prompt": prompt, "chosen": chosen[len(prompt) :], "rejected": rejected[len(prompt) :]}


def _fits(record: Mapping[str, Any]) -> bool:
    """True if there are two answers."""
    return record.get("chosen") is not None and record.get("rejected") is not None


COLUMNS = frozenset({"prompt", "chosen", "rejected", *alpaca.ASKING, *sharegpt.COLUMNS})
PREFERENCE = Importer("preference", "preference", _fits, _convert, COLUMNS)
