"""A better and a worse answer: `{"prompt", "chosen", "rejected"}` and the peers' variants.

The prompt may also be an alpaca instruction, a ShareGPT conversation or `messages`, or be
missing: then chosen and rejected are whole conversations (lists, or transcripts of `Human:` and
`Assistant:`) and what they share at their start is the prompt. In ms-swift's spelling `messages`
end with the better answer and `rejected_response` is the worse.
"""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from tunesmith.importers import dialogues
from tunesmith.importers.base import Importer, Record, ShapeError
from tunesmith.importers.prompt_completion import is_messages, to_completion
from tunesmith.importers.transcript import is_transcript, read_transcript
from tunesmith.importers.turns import to_turns
from tunesmith.rows import Message, Row

WORSE = ("rejected_response", "rejected_messages")


def _answer(value: Any, column: str) -> list[Message]:
    """Return an answer: a text, a list of messages, one message, or a transcript."""
    if isinstance(value, Mapping):
        return to_turns([value], column)
    if is_transcript(value):
        return read_transcript(value)
    return to_completion(value, column)


def _convert(record: Record) -> Row:
    """Return prompt, chosen and rejected as an example.

    Raises:
        ShapeError: there is no prompt, or the two answers begin with no common question.
    """
    chosen, rejected = (_answer(record[name], name) for name in ("chosen", "rejected"))
    prompt = dialogues.asked(record)
    if prompt is not None and chosen[0]["role"] == rejected[0]["role"] == "assistant":
        return {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    if prompt is None and not (is_messages(record["chosen"]) or is_transcript(record["chosen"])):
        raise ShapeError('"chosen" and "rejected" without a prompt')
    shared = _shared(chosen, rejected)
    if not shared:
        raise ShapeError('"chosen" and "rejected" begin with no common question')
    return {
        "prompt": shared,
        "chosen": chosen[len(shared) :],
        "rejected": rejected[len(shared) :],
    }


def _shared(chosen: list[Message], rejected: list[Message]) -> list[Message]:
    """Return the turns that both conversations begin with, at most all but the last."""
    pairs = zip(chosen[:-1], rejected[:-1], strict=False)
    return [a for a, b in takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _convert_swift(record: Record) -> Row:
    """Return a conversation and a worse last answer as an example."""
    prompt, chosen = dialogues.split_answer(record)
    worse = record.get("rejected_response")
    if worse is not None:
        return {"prompt": prompt, "chosen": chosen, "rejected": to_completion(worse, WORSE[0])}
    turns = to_completion(record["rejected_messages"], WORSE[1])
    shared = _shared([*prompt, *chosen], turns)
    return {
        "prompt": shared,
        "chosen": [*prompt, *chosen][len(shared) :],
        "rejected": turns[len(shared) :],
    }


def _two_answers(record: Record) -> bool:
    """True if neither answer is missing."""
    return record["chosen"] is not None and record["rejected"] is not None


def _conversation_and_worse(record: Record) -> bool:
    """True for a conversation beside a worse answer."""
    return any(record.get(name) for name in WORSE) and dialogues.shape_of(record) is not None


PREFERENCE = Importer(
    "preference",
    "preference",
    (("chosen",), ("rejected",)),
    _convert,
    dialogues.COLUMNS - {"output", *("completion", "response", "answer")},
    _two_answers,
)
SWIFT_PREFERENCE = Importer(
    "rejected_response",
    "preference",
    (WORSE,),
    _convert_swift,
    dialogues.COLUMNS,
    _conversation_and_worse,
)
