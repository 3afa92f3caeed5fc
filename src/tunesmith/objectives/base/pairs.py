"""Two answers to one prompt as one batch: the better ones first, then the worse."""

from typing import Any

from tunesmith.tasks.chat import IGNORED


class PairCollator:
    """Turns encoded pairs into one batch of tensors; B pairs, T tokens padded to the longest."""

    def __init__(self, pad_token_id: int, margins: bool = False) -> None:
        """Take what is not in the rows.

        Args:
            pad_token_id: fills what is behind a row.
            margins: whether the rows have to say by how much their chosen answer wins.
        """
        self.pad_token_id, self.margins = pad_token_id, margins

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a batch.

        Args:
            items: encoded by `tasks/preference.py`; `reference` holds two log-probabilities.

        Returns:
            `input_ids`, `attention_mask` and `labels` of shape (2B, T): chosen, then rejected;
            kept_B, False for a blank; reference_2B, 0 where there is none; where asked, margins_B.
        """
        import torch

        ids = [item["input_ids"] for item in items] + [item["rejected_ids"] for item in items]
        labels = [item["labels"] for item in items] + [item["rejected_labels"] for item in items]
        reference = [item.get("reference", (0.0, 0.0)) for item in items]
        least = [float(item["margin"]) for item in items] if self.margins else None
        return {
            **({} if least is None else {"margins": torch.tensor(least)}),
            **padded(ids, labels, self.pad_token_id),
            "kept": torch.tensor([any(one != IGNORED for one in i["labels"]) for i in items]),
            "reference": torch.tensor(
                [one for side in zip(*reference, strict=True) for one in side]
            ),
        }


def padded(ids: list[list[int]], labels: list[list[int]], pad_id: int) -> dict[str, Any]:
    """Return rows padded on the right, as a causal model with labels takes them."""
    import torch

    longest = max(map(len, ids))

    def fill(rows: list[list[int]], value: int) -> Any:
        return torch.tensor([row + [value] * (longest - len(row)) for row in rows])

    return {
        "input_ids": fill(ids, pad_id),
        "attention_mask": fill([[1] * len(row) for row in ids], 0),
        "labels": fill(labels, IGNORED),
    }
