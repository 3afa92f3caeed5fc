"""Lets a chat model on this machine answer requests: greedily, so that the answers repeat."""

from collections.abc import Sequence
from typing import Protocol

from tunesmith.models.load import device, load_weights
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve, weights_folder
from tunesmith.models.tokenizer import tokenizer_of
from tunesmith.prediction.generate import generate
from tunesmith.rows import Message
from tunesmith.tasks.chat import encode_prompt


class ModelSpec(Protocol):
    """Which model, and how much at once."""

    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def revision(self) -> str | None: ...  # noqa: D102
    @property
    def digest(self) -> str | None: ...  # noqa: D102
    @property
    def batch_size(self) -> int: ...  # noqa: D102
    @property
    def max_new_tokens(self) -> int: ...  # noqa: D102


def write(spec: ModelSpec, requests: Sequence[list[Message]]) -> list[str | None]:
    """Return the answer to each request in order, None for one that did not end in time.

    Raises:
        UserError: the model is not found, is not what the digest pins, or has no chat template.
    """
    if not requests:
        return []
    found = resolve(BaseParams(model=spec.model, revision=spec.revision, digest=spec.digest))
    model = load_weights(weights_folder(found), found, "chat", []).to(device()).eval()
    tokenizer = tokenizer_of(found)
    prompts = [encode_prompt(messages, tokenizer) for messages in requests]
    answers = generate(model, tokenizer, prompts, spec.batch_size, spec.max_new_tokens)
    return [answer.text if answer.finished else None for answer in answers]
