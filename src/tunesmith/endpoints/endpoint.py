"""Asks any server that speaks OpenAI's chat completions; keys come from the environment only."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from tunesmith.component import Component
from tunesmith.endpoints.caller import Caller, checked_url
from tunesmith.endpoints.replies import Replies, Request, key_of
from tunesmith.errors import UserError
from tunesmith.rows import Message

MANY = 5  # refusals of all of so many requests are no accident


class Endpoint(Component):
    """Where a model answers and how gently it is asked.

    The address (up to `/v1`) and the key are read from the environment variables that `url_from`
    and `key_from` name; a server without a key needs none. A reply is kept by the content of its
    request, so a rerun asks for what is missing only.
    """

    keeps_refusals: ClassVar[bool] = False  # else a rerun asks again for what was refused
    kind: Literal["endpoint"] = "endpoint"
    model: str
    url_from: str = "OPENAI_BASE_URL"
    key_from: str = "OPENAI_API_KEY"
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: PositiveInt = 256
    requests_per_minute: PositiveFloat = 60
    at_once: PositiveInt = 4
    timeout_seconds: PositiveFloat = 60
    retries: NonNegativeInt = 5

    def replies(
        self, requests: Sequence[list[Message]], seeds: Sequence[int], known: Replies
    ) -> list[str | None]:
        """Return the reply to each request; None where the server refuses it or cuts it off.

        Refusals are among what the run used, and in its journal if `keeps_refusals`.

        Raises:
            UserError: no address, a wrong key, a server that fails again and again, or one that
                refuses whatever it is asked. What was replied by then is kept.
        """
        bodies = [self.body(messages, seed) for messages, seed in zip(requests, seeds, strict=True)]
        missing = {key_of(body): body for body in bodies if body not in known}
        refused = self._ask(list(missing.values()), known) if missing else []
        found = [known.get(body) for body in bodies]
        self._remember(refused, known)
        return found

    def _ask(self, bodies: list[Request], replies: Replies) -> list[Request]:
        """Ask several at once, keep each reply as soon as it is there; return what is refused."""
        caller = self._caller(len(bodies))

        def ask(body: Request) -> bool:
            text = _content(caller.post(body))
            if text is not None:
                replies.add(body, text)
            return text is not None

        pool = ThreadPoolExecutor(self.at_once)
        try:
            replied = list(pool.map(ask, bodies))
        finally:
            pool.shutdown(cancel_futures=True)
        return [body for body, usable in zip(bodies, replied, strict=True) if not usable]

    def _remember(self, refused: list[Request], replies: Replies) -> None:
        """Keep refusals, unless they may be the server's fault: it replied to nothing so far."""
        replied = replies.replied(self.model)
        if not replied and len(refused) >= MANY:
            raise UserError(
                f"the server that {self.url_from} names gave no usable reply to any of "
                f"{len(refused)} requests; check `model`, `max_tokens` and the server's log"
            )
        for body in refused:
            replies.add(body, None, lasting=replied and self.keeps_refusals)

    def body(self, messages: list[Message], seed: int) -> Request:
        """Return what is sent."""
        return {
            "model": self.model,
            "messages": messages,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": seed,
        }

    def _caller(self, missing: int) -> Caller:
        """Return the connection, once it is clear that it can be used."""
        url, key = os.environ.get(self.url_from, ""), os.environ.get(self.key_from)
        if not url:
            raise UserError(
                f"{self.url_from} is not set, and {missing:,} replies of {self.model} are not "
                "recorded; put the address of a server, such as https://HOST/v1, into that "
                "variable, or the recorded replies where they are looked for"
            )
        return Caller(
            url=f"{checked_url(url, self.url_from, bool(key))}/chat/completions",
            name=self.url_from,
            key=key,
            timeout_seconds=self.timeout_seconds,
            retries=self.retries,
            seconds_between=60 / self.requests_per_minute,
        )


def _content(reply: Any) -> str | None:
    """Return the text of a reply; None if it has another form or was cut off."""
    try:
        choice = reply["choices"][0]
        text = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return None
    cut = choice.get("finish_reason") in {"length", "content_filter"}
    return text if isinstance(text, str) and text.strip() and not cut else None
