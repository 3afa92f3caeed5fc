"""Log-probabilities of continuations in batches: what is read twice is computed once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunesmith.harness.encode import Pair
from tunesmith.prediction.batches import by_length

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Likelihood:
    """A continuation under a model."""

    logprob: float  # natural logarithm, summed over the tokens, nats
    greedy: bool  # it is what greedy decoding would answer


def likelihoods(
    model: Any,
    pad_token_id: int,
    pairs: list[Pair],
    batch_size: int,
    done: Callable[[int], None] = lambda _: None,
) -> list[Likelihood]:
    """Return, per pair, the log-probability of its continuation.

    Choices of one token behind the same context read the same tokens, and share their pass.

    Args:
        model: causal.
        pad_token_id: fills the shorter ones of a batch, on the right.
        pairs: with at least one token to read each.
        batch_size: different texts in one pass.
        done: is told how many pairs were scored.
    """
    places: dict[tuple[int, ...], list[int]] = {}
    for place, pair in enumerate(pairs):
        places.setdefault(tuple(pair.read), []).append(place)
    texts = list(places)
    found: dict[int, Likelihood] = {}
    for batch in by_length([len(text) for text in texts], batch_size):
        chosen = [texts[i] for i in batch]
        for text, logits_TV in zip(chosen, _logits(model, pad_token_id, chosen), strict=True):
            for place in places[text]:
                found[place] = _likelihood(logits_TV, pairs[place].continuation)
            done(len(places[text]))
    return [found[place] for place in range(len(pairs))]


def _logits(model: Any, pad_token_id: int, texts: list[tuple[int, ...]]) -> "Iterator[Tensor]":
    """Yield the logits of each text, (T, V), in the precision of the model."""
    import torch

    lengths = [len(text) for text in texts]
    longest = max(lengths)
    ids_BT = torch.tensor([[*t, *[pad_token_id] * (longest - len(t))] for t in texts])
    mask_BT = torch.tensor([[1] * length + [0] * (longest - length) for length in lengths])
    with torch.inference_mode():
        logits_BTV = model(
            input_ids=ids_BT.to(model.device), attention_mask=mask_BT.to(model.device)
        ).logits
    for row_TV, length in zip(logits_BTV[:, -longest:], lengths, strict=True):  # virtual before
        yield row_TV[:length]


def _likelihood(logits_TV: "Tensor", continuation: list[int]) -> Likelihood:
    """Read the continuation off the last logits."""
    import torch

    logits_CV = logits_TV[-len(continuation) :].float()
    target_C1 = torch.tensor(continuation, device=logits_CV.device)[:, None]
    logprobs_C1 = logits_CV.log_softmax(-1).gather(-1, target_C1)
    greedy = bool((logits_CV.argmax(-1) == target_C1[:, 0]).all())
    return Likelihood(float(logprobs_C1.double().sum()), greedy)
