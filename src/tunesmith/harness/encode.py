"""How the texts of a task become tokens: behind a chat template, or as plain text."""

from dataclasses import dataclass
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Message
from tunesmith.tasks.chat import render, token_ids
from tunesmith.tasks.completion import start_of


@dataclass(frozen=True)
class Pair:
    """Tokens that are read and tokens whose probability is asked for."""

    context: list[int]
    continuation: list[int]

    @property
    def read(self) -> list[int]:
        """Everything that the model has to see: all but the last token."""
        return (self.context + self.continuation)[:-1]


class Encoder:
    """Turns the texts of a task into tokens.

    Args:
        tokenizer: of the model.
        chat: contexts come out of the chat template. An answer is then tokenised apart from its
            prompt, as in training. Plain text is tokenised as a whole and split where the context
            ends, as lm_eval does with models of transformers, so that its published numbers can
            be compared with.
    """

    def __init__(self, tokenizer: Any, chat: bool) -> None:
        self._tokenizer, self._chat = tokenizer, chat
        self._start = [] if chat else start_of(tokenizer)

    def context(self, text: str) -> list[int]:
        """Return the tokens that an answer follows, at least one."""
        starts = self._start and text.startswith(self._tokenizer.bos_token)
        ids = token_ids(text, self._tokenizer)
        return ids if starts else [*self._start, *ids] or [self.prefix]

    @property
    def prefix(self) -> int:
        """The token that stands before a text without context."""
        first = self._tokenizer.bos_token_id
        return int(self._tokenizer.eos_token_id if first is None else first)

    def pair(self, context: str, continuation: str) -> Pair:
        """Return a context and what follows it.

        Raises:
            UserError: nothing follows, so that its probability would be a false 1.
        """
        pair = (
            self._apart(context, continuation) if self._chat else self._split(context, continuation)
        )
        return _checked(pair, context, continuation)

    def _apart(self, context: str, continuation: str) -> Pair:
        """Tokenise each on its own."""
        return Pair(self.context(context), token_ids(continuation, self._tokenizer))

    def _split(self, context: str, continuation: str) -> Pair:
        """Tokenise both as one text; spaces at the border belong to what follows."""
        bare = context.rstrip()
        continuation = context[len(bare) :] + continuation
        if not bare:  # what stands before is no token of the whole text
            return self._apart(bare, continuation)
        before, whole = self.context(bare), self.context(bare + continuation)
        return Pair(before, whole[len(before) :])

    def messages(self, messages: list[Message], answer_follows: bool) -> str:
        """Return a conversation as the model reads it; a last answer may have only begun."""
        if answer_follows:
            return render(messages, self._tokenizer, answer_follows=True)
        *before, begun = messages
        return render(before, self._tokenizer, answer_follows=True) + begun["content"]

    def windows(self, text: str, max_length: int) -> list[Pair]:
        """Return a text in parts that fit the model; every token is asked for once.

        The last part reads as many tokens before it as fit.
        """
        ids = self.context(text)
        if ids[0] != self.prefix:
            ids = [self.prefix, *ids]
        pairs, done = [], 1
        while done < len(ids):
            end = min(done + max_length, len(ids))
            start = max(0, end - max_length - 1)
            pairs.append(Pair(ids[start:done], ids[done:end]))
            done = end
        return pairs


def _checked(pair: Pair, context: str, continuation: str) -> Pair:
    """Refuse a pair of which nothing is to be scored."""
    if not pair.continuation:
        raise UserError(
            f"a task asks for the probability of {continuation!r} after {context[-40:]!r}, which "
            "adds no token; mend doc_to_choice or doc_to_target of the task"
        )
    return pair
