"""Draws answers token by token, as transformers does, but seldom waits for the GPU."""

from typing import Any

import torch
from torch import Tensor

from tunesmith.decoding.attention import sharing_keys
from tunesmith.decoding.halves import Halves
from tunesmith.decoding.step import Step, UncapturableError

CHECK = 8  # tokens after which the host asks whether all answers have ended
KNOWN = {
    "attention_mask",
    "cache_position",
    "logits_to_keep",
    "past_key_values",
    "position_ids",
    "use_cache",
}


class Decoder:
    """What `generate` of transformers takes as `custom_generate`; its batches share one graph.

    transformers prepares all that changes logits or ends an answer, so that both loops obey the
    same settings.
    """

    def __init__(self, rows: int, captures: bool = True) -> None:
        """Take the rows of a batch at most, and whether steps become graphs, which need a GPU."""
        self._rows, self._captures = rows, captures
        self._step: Step | None = None

    def __call__(
        self,
        model: Any,
        input_ids: Tensor,
        logits_processor: Any,
        stopping_criteria: Any,
        generation_config: Any,
        **words: Any,
    ) -> Tensor:
        """Return prompts with their answers, padded on the right.

        Raises:
            UncapturableError: the model would be given something else beside.
        """
        other = sorted(name for name in words.keys() - KNOWN if words[name] is not None)
        if other:
            raise UncapturableError(f"the model is given {', '.join(other)}")
        mask_BT = words.get("attention_mask")
        mask_BT = torch.ones_like(input_ids) if mask_BT is None else mask_BT
        if self._step is None:
            self._step, self._halves = Step(model, self._rows, self._captures), Halves(model)
        with self._halves.worn(), sharing_keys(model):
            logits_BV = self._step.read(input_ids, mask_BT, stopping_criteria.max_length)
            drawn = _Drawn(input_ids, logits_processor, stopping_criteria, generation_config)
            while drawn.goes_on(logits_BV):
                logits_BV = self._step.next(drawn.last())
        return drawn.whole()


class _Drawn:
    """The tokens of a batch so far."""

    def __init__(self, prompt_BT: Tensor, processors: Any, criteria: Any, config: Any) -> None:
        self._processors, self._criteria = processors, criteria
        count, self._asked = prompt_BT.shape
        self._made, self._most = self._asked, criteria.max_length
        self._pads = any(hasattr(one, "eos_token_id") for one in criteria)
        self._pad = int(config.pad_token_id or 0)
        self._ids_BT = prompt_BT.new_full((count, self._most), self._pad)
        self._ids_BT[:, : self._asked] = prompt_BT
        self._open_B = torch.ones(count, dtype=torch.bool, device=prompt_BT.device)
        self._tokens_B = torch.zeros(count, dtype=torch.long, device=prompt_BT.device)

    def last(self) -> Tensor:
        """Return the last token of each row, token_B."""
        return self._ids_BT[:, self._made - 1]

    def goes_on(self, logits_BV: Tensor) -> bool:
        """Take a token of each row; return whether another one may be wanted."""
        seen_BT = self._ids_BT[:, : self._made]
        scores_BV = self._processors(seen_BT, logits_BV.float())
        token_B = scores_BV.argmax(-1)
        if self._pads:
            token_B = token_B.masked_fill(~self._open_B, self._pad)
        self._tokens_B += self._open_B
        self._ids_BT[:, self._made] = token_B
        self._made += 1
        self._open_B &= ~self._criteria(self._ids_BT[:, : self._made], None)
        if self._made == self._most:
            return False
        return (self._made - self._asked) % CHECK != 0 or bool(self._open_B.any())

    def whole(self) -> Tensor:
        """Return prompts and answers, no longer than the longest one."""
        return self._ids_BT[:, : self._asked + int(self._tokens_B.max())]
