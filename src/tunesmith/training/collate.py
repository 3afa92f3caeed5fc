"""Pads a batch on the right; labels of padding are not trained."""

from typing import Any

from tunesmith.tasks.chat import IGNORED


class Collator:
    """Turns encoded rows into one batch of tensors; B rows, T tokens padded to the longest."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return input_ids_BT, attention_mask_BT and labels (BT, or B for classes)."""
        import torch

        longest = max(len(item["input_ids"]) for item in items)

        def padded(values: list[int], fill: int) -> list[int]:
            return values + [fill] * (longest - len(values))

        ids = [padded(item["input_ids"], self.pad_token_id) for item in items]
        mask = [padded([1] * len(item["input_ids"]), 0) for item in items]
        is_class = isinstance(items[0]["labels"], int)
        labels = [i["labels"] if is_class else padded(i["labels"], IGNORED) for i in items]
        return {
            "input_ids": torch.tensor(ids),
            "attention_mask": torch.tensor(mask),
            "labels": torch.tensor(labels),
        }
