"""Log-probabilities of the reference answers: how surprised a model is by the right text."""

from dataclasses import dataclass
from typing import Any

from tunesmith.prediction.batches import by_length
from tunesmith.tasks.chat import IGNORED


@dataclass(frozen=True)
class Surprise:
    """The reference answer under a model."""

    logprob: float  # natural logarithm, summed over the tokens, nats
    tokens: int


def reference_logprobs(
    model: Any, pad_token_id: int, encoded: list[dict[str, list[int]]], batch_size: int
) -> list[Surprise]:
    """Return, per encoded row, the log-probability of its trained tokens."""
    results: dict[int, Surprise] = {}
    for batch in by_length([len(row["input_ids"]) for row in encoded], batch_size):
        new = _score_batch(model, pad_token_id, [encoded[i] for i in batch])
        results.update(zip(batch, new, strict=True))
    return [results[position] for position in range(len(encoded))]


def _score_batch(model: Any, pad_token_id: int, rows: list[dict[str, list[int]]]) -> list[Surprise]:
    """Score one batch, padded on the right."""
    import torch

    longest = max(len(row["input_ids"]) for row in rows)

    def padded(key: str, fill: int) -> Any:
        values = [row[key] + [fill] * (longest - len(row[key])) for row in rows]
        return torch.tensor(values, device=model.device)

    ids_BT, labels_BT = padded("input_ids", pad_token_id), padded("labels", IGNORED)
    lengths_B1 = torch.tensor([[len(row["input_ids"])] for row in rows], device=model.device)
    mask_BT = (torch.arange(longest, device=model.device)[None, :] < lengths_B1).long()
    with torch.inference_mode():
        logits_BTV = model(input_ids=ids_BT, attention_mask=mask_BT).logits
        logits_BTV = logits_BTV[:, -longest:][:, :-1].float()  # virtual tokens stand before
        target_BT = labels_BT[:, 1:]
        scored_BT = target_BT != IGNORED
        safe_BT = target_BT.clamp_min(0)
        logprobs_BT = logits_BTV.log_softmax(-1).gather(-1, safe_BT[..., None]).squeeze(-1)
        sums_B = (logprobs_BT * scored_BT).sum(-1).double().tolist()
    counts_B = scored_BT.sum(-1).tolist()
    return [Surprise(total, count) for total, count in zip(sums_B, counts_B, strict=True)]
