"""What a classifier finds: the logits and the probabilities of the classes."""

from typing import Any, TypeAlias

from tunesmith.prediction.batches import by_length

Found: TypeAlias = tuple[list[float], list[float]]  # logits, and the probabilities made of them


def class_logits(
    model: Any, pad_token_id: int, texts: list[list[int]], batch_size: int
) -> list[Found]:
    """Return, per text (token ids), logit and probability of every class in the head's order."""
    results: dict[int, Found] = {}
    for batch in by_length([len(ids) for ids in texts], batch_size):
        new = _classify_batch(model, pad_token_id, [texts[i] for i in batch])
        results.update(zip(batch, new, strict=True))
    return [results[position] for position in range(len(texts))]


def _classify_batch(model: Any, pad_token_id: int, texts: list[list[int]]) -> list[Found]:
    """Classify one batch, padded on the right."""
    import torch

    longest = max(map(len, texts))
    ids_BT = torch.tensor([t + [pad_token_id] * (longest - len(t)) for t in texts])
    mask_BT = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in texts])
    with torch.inference_mode():
        logits_BC = model(
            input_ids=ids_BT.to(model.device), attention_mask=mask_BT.to(model.device)
        ).logits.float()
    return list(zip(logits_BC.tolist(), logits_BC.softmax(-1).tolist(), strict=True))
