"""The forward pass of a token of every row, captured once in a CUDA graph and replayed."""

from functools import cache
from typing import Any

import torch
from torch import Tensor

from tunesmith.decoding.cache import StandingCache

BLOCK = 512  # columns of the cache are added by so many
EIGHT = 8  # columns are a multiple of it: the kernels of attention want their masks so


class UncapturableError(Exception):
    """What a model does at a token cannot be recorded."""


class Step:
    """Reads prompts, then tokens; everything stands at addresses that do not change.

    The first token after a change of addresses is computed as it is, which warms up its kernels;
    the second one is captured.
    """

    def __init__(self, model: Any, rows: int, captures: bool) -> None:
        """Take the model of transformers, and the rows that there is room for.

        Args:
            model: may have adapters in it.
            rows: of a batch at most.
            captures: use a graph, which needs a GPU.
        """
        device = model.device
        self._model, self._captures = model, captures
        self._cache = StandingCache(rows, device)
        self._token_B1 = torch.zeros((rows, 1), dtype=torch.long, device=device)
        self._position_B1 = torch.zeros_like(self._token_B1)
        self._start_B1 = torch.zeros_like(self._token_B1)  # column of a row's first token
        self._graph: Any = None
        self._logits_BV: Tensor | None = None
        self._warm = False
        self._used = 0

    def read(self, ids_BT: Tensor, mask_BT: Tensor, longest: int) -> Tensor:
        """Begin a batch with its prompts; return the logits behind them.

        Args:
            ids_BT: padded on the left.
            mask_BT: 1 on tokens.
            longest: columns that prompts and answers take at most.
        """
        count, length = ids_BT.shape
        self._used, self._longest = length, longest
        self._make_room()
        padding_B1 = length - mask_BT.sum(-1, keepdim=True)
        for held, value in (
            (self._start_B1, padding_B1),
            (self._position_B1, length - padding_B1),
        ):
            held.zero_()
            held[:count] = value
        self._cache.room.place.fill_(length)
        self._cache.room.filling = True
        logits_B1V: Tensor = self._model(
            input_ids=ids_BT,
            attention_mask=mask_BT,
            position_ids=(mask_BT.cumsum(-1) - 1).clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
        self._cache.room.filling = False
        return logits_B1V[:, -1]

    def next(self, token_B: Tensor) -> Tensor:
        """Return the logits behind a token of each row; the next call writes over them."""
        self._make_room()
        self._used += 1
        self._token_B1[: len(token_B), 0] = token_B
        if self._graph is None and self._warm and self._captures:
            self._capture()
        if self._graph is not None:
            self._graph.replay()
        else:
            self._logits_BV = self._forward()
            self._warm = True
        assert self._logits_BV is not None
        return self._logits_BV[: len(token_B)]

    def _make_room(self) -> None:
        """See that the cache has a free column."""
        if self._used < self._cache.room.columns:
            return
        blocks = -(-(self._used + 1) // BLOCK) * BLOCK
        most = -(-self._longest // EIGHT) * EIGHT
        self._graph, self._logits_BV, self._warm = None, None, False
        self._cache.widen(min(blocks, most))

    def _forward(self) -> Tensor:
        """Read the tokens that stand there, and count on."""
        logits_B1V: Tensor = self._model(
            input_ids=self._token_B1,
            attention_mask=self._mask(),
            position_ids=self._position_B1,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
        self._position_B1 += 1
        self._cache.room.place += 1
        return logits_B1V[:, -1]

    def _mask(self) -> Tensor:
        """Return what is added to the scores: nothing from a row's first column to the last one."""
        column_L = torch.arange(self._cache.room.columns, device=self._token_B1.device)
        seen_BL = (column_L >= self._start_B1) & (column_L <= self._cache.room.place)
        kind = self._cache.layers[0].values.dtype
        mask_BL = torch.zeros(seen_BL.shape, dtype=kind, device=seen_BL.device)
        return mask_BL.masked_fill_(~seen_BL, torch.finfo(kind).min)[:, None, None]

    def _capture(self) -> None:
        """Record the forward pass, which is not computed thereby.

        Raises:
            UncapturableError: it waits for the GPU, or does something else that a graph cannot.
        """
        graph, stream = torch.cuda.CUDAGraph(), _stream(self._model.device)
        usual = torch.cuda.current_stream(self._model.device)
        stream.wait_stream(usual)
        try:
            with torch.cuda.stream(stream):
                graph.capture_begin(capture_error_mode="thread_local")
                try:
                    self._logits_BV = self._forward()
                finally:
                    graph.capture_end()
        except RuntimeError as error:
            cause = error.__context__ or error  # the end of a broken capture is an error as well
            if isinstance(cause, torch.OutOfMemoryError):
                raise cause from None
            first = str(cause).splitlines()[0]
            raise UncapturableError(f"a step cannot be captured: {first}") from error
        usual.wait_stream(stream)
        self._graph = graph


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """Return the stream of all captures: cuBLAS keeps a workspace for each one that it is given."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
