"""Rows dealt to processes: one order for all, and blanks where a round of batches is not full.

Accelerate fills such a round with rows from the beginning, which would then count twice.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tunesmith.tasks.chat import IGNORED


class Order:
    """A sampler whose order is that of the first process, whatever the others have drawn.

    Args:
        sampler: of one process.
        round_rows: rows that all processes take at once; the last round is filled with blanks.
    """

    def __init__(self, sampler: Any, round_rows: int) -> None:
        self.sampler = sampler
        self.blanks = -len(sampler) % round_rows

    def __len__(self) -> int:
        """Return the rows of an epoch, blanks too."""
        return len(self.sampler) + self.blanks

    def __iter__(self) -> Iterator[int]:
        """Draw an order in every process, so that all draw alike, and take the first one's."""
        import torch.distributed as dist

        order = [list(self.sampler)]
        dist.broadcast_object_list(order, src=0)
        rows = len(order[0])
        return iter([*order[0], *range(rows, rows + self.blanks)])


class WithBlanks(Sequence[Any]):
    """Rows, and behind them as many as one likes of which nothing is trained and nothing counts.

    Packs are lists of rows, and a blank among them is a list of one.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows
        packs = isinstance(rows[0], list)
        each = [row for pack in rows for row in pack] if packs else rows
        shortest = blank(min(each, key=lambda row: len(row["input_ids"])))
        self.blank: Any = [shortest] if packs else shortest

    def __len__(self) -> int:
        """Return the rows, without blanks."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows; the blanks behind them have no end."""
        return iter(self.rows)

    def __getitem__(self, index: Any) -> Any:
        """Return a row, or a blank behind the last."""
        return self.rows[index] if index < len(self.rows) else self.blank


def blank(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose labels are those of padding."""
    labels = row["labels"]
    return {**row, "labels": IGNORED if isinstance(labels, int) else [IGNORED] * len(labels)}
