"""Generation that also stops at strings, as the tasks of lm_eval want it."""

from typing import TYPE_CHECKING, Any

from tunesmith.prediction.generate import Generation, generate
from tunesmith.tasks.endings import end_ids

if TYPE_CHECKING:
    from torch import Tensor

MARGIN = 4  # tokens before the longest string, whose spaces a decoder may swallow


class StopsAtStrings:
    """A model whose answers end where one of some strings stands in them.

    It only saves tokens: what follows the string in its last token is cut off by `until`.
    """

    def __init__(self, model: Any, tokenizer: Any, stops: list[str]) -> None:
        self._model, self._tokenizer, self._stops = model, tokenizer, stops
        self._tail = MARGIN + max((len(stop.encode()) for stop in stops), default=0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, input_ids: "Tensor", **options: Any) -> Any:
        """Generate as the model does, and stop at the strings."""
        from transformers import StoppingCriteriaList

        asked = input_ids.shape[1]

        def stopped(ids_BT: "Tensor", _: Any, **__: Any) -> "Tensor":
            import torch

            new_BT = ids_BT[:, max(asked, ids_BT.shape[1] - self._tail) :]
            texts = self._tokenizer.batch_decode(new_BT, skip_special_tokens=True)
            ended = [any(stop in text for stop in self._stops) for text in texts]
            return torch.tensor(ended, device=ids_BT.device)

        stopping = StoppingCriteriaList([stopped])
        return self._model.generate(input_ids=input_ids, stopping_criteria=stopping, **options)


def generate_until(
    model: Any,
    tokenizer: Any,
    prompts: list[list[int]],
    stops: list[str],
    batch_size: int,
    max_new_tokens: int,
) -> list[str]:
    """Return the greedy answer to every prompt, up to the first of the strings or the end."""
    stops = [stop for stop in stops if stop]
    stopping = StopsAtStrings(model, tokenizer, stops) if stops else model
    answers = generate(stopping, tokenizer, prompts, batch_size, max_new_tokens)
    return [until(_text(answer, tokenizer), stops) for answer in answers]


def until(text: str, stops: list[str]) -> str:
    """Return a text up to the first of the strings."""
    for stop in stops:
        text = text.partition(stop)[0]
    return text


def _text(answer: Generation, tokenizer: Any) -> str:
    """Return the text of an answer with its white space, which a task may look at."""
    ends = set(end_ids(tokenizer))
    ids = answer.ids[:-1] if answer.ids and answer.ids[-1] in ends else answer.ids
    return str(tokenizer.decode(ids, skip_special_tokens=True))
