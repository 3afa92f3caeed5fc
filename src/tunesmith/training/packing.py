"""Rows put one behind the other, so that no padding is computed; each row sees only itself."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any

from tunesmith.tasks.chat import IGNORED

Pack = list[dict[str, Any]]


def packed(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Return rows, by position, in packs of at most `capacity` tokens; no row is cut.

    Best fit, the longest rows first. A row that is longer than `capacity` is a pack of its own.

    Args:
        lengths: of all rows, in tokens.
        capacity: of a pack, in tokens.
    """
    packs: list[list[int]] = []
    room: list[tuple[int, int]] = []  # free tokens and number of each open pack, sorted
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        place = bisect_left(room, (lengths[row], -1))
        if place < len(room):
            free, number = room.pop(place)
        else:
            free, number = capacity, len(packs)
            packs.append([])
        packs[number].append(row)
        if free > lengths[row]:
            insort(room, (free - lengths[row], number))
    return packs


class PackedCollator:
    """Turns rows into one batch of a single line of T tokens."""

    def __call__(self, items: list[Pack] | Pack) -> dict[str, Any]:
        """Return the batch.

        Args:
            items: encoded rows, or packs of them.

        Returns:
            `input_ids`, `position_ids` (from 0 in each row) and `labels`, (1, T), no first token
            of a row trained; `ends`, int32: 0 and the end of each row; `longest`: tokens of the
            longest row; `places` and `targets`: of each trained token where it is predicted from,
            and its id.
        """
        import numpy as np
        import torch

        rows = [row for item in items for row in (item if isinstance(item, list) else [item])]
        lengths = np.array([len(row["input_ids"]) for row in rows])
        ends = np.concatenate([[0], lengths.cumsum()])
        labels = np.concatenate([row["labels"] for row in rows])
        labels[ends[:-1]] = IGNORED
        trained = np.flatnonzero(labels != IGNORED)
        return {
            "input_ids": torch.from_numpy(np.concatenate([row["input_ids"] for row in rows]))[None],
            "position_ids": torch.arange(ends[-1])[None] - _starts(ends),
            "labels": torch.from_numpy(labels)[None],
            "ends": torch.from_numpy(ends.astype(np.int32)),
            "longest": int(lengths.max()),
            "places": torch.from_numpy(trained - 1),
            "targets": torch.from_numpy(labels[trained]),
        }


def _starts(ends: Any) -> Any:
    """Return, for each token, where its row begins."""
    import numpy as np
    import torch

    return torch.from_numpy(np.repeat(ends[:-1], np.diff(ends)))[None]
