"""Chooses how a model is asked for answers: by graphs where they can be had, else plainly."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from weakref import WeakSet

from tunesmith.decoding.fits import transformer_of, why_not

_plain = ContextVar("plain", default=False)
_uncapturable: WeakSet[Any] = WeakSet()  # models that were tried; another try would fail as well


@contextmanager
def plainly() -> Iterator[None]:
    """Let answers be drawn without graphs within the block: what those of graphs are held to."""
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


class Way:
    """Asks a model for the answers of batches; what was captured for one serves the next.

    Both ways give the same tokens, but for ties and what rounding lets be one in bf16.
    """

    def __init__(self, model: Any, rows: int, longest: int) -> None:
        """Choose.

        Args:
            model: of transformers, with or without an adapter of PEFT.
            rows: of a batch at most.
            longest: tokens of a prompt and its answer at most.
        """
        self._model = model
        self._decoder: Any = None
        possible = _device_kind(model) == "cuda" and not _plain.get()
        if possible and transformer_of(model) not in _uncapturable:
            reason = why_not(model, longest)
            if reason is None:
                from tunesmith.decoding.loop import Decoder

                self._decoder = Decoder(rows)
            else:
                _say(reason)

    def generate(self, words: dict[str, Any], processors: Callable[[], list[Any]]) -> Any:
        """Return a batch's prompts with their answers, padded.

        Args:
            words: that transformers' `generate` is given.
            processors: makes those of the logits; they may count the tokens that they have seen.
        """
        if self._decoder is not None:
            found = self._captured(words, processors())
            if found is not None:
                return found
        return self._model.generate(**words, logits_processor=processors())

    def _captured(self, words: dict[str, Any], processors: list[Any]) -> Any:
        """Return what graphs give, or None, say why, and let the rest be answered plainly."""
        import torch

        from tunesmith.decoding.step import UncapturableError

        try:
            return self._model.generate(
                **words, logits_processor=processors, custom_generate=self._decoder
            )
        except UncapturableError as error:
            _uncapturable.add(transformer_of(self._model))
            _say(str(error))
        except torch.OutOfMemoryError:
            _say("the memory of the GPU does not hold all columns of the cache")
        self._decoder = None
        return None


def _device_kind(model: Any) -> str:
    """Return where a model is."""
    return str(model.device.type)


@cache
def _say(reason: str) -> None:
    """Say once why answers are drawn plainly."""
    logging.getLogger(__name__).warning("answers are drawn without graphs: %s", reason)
