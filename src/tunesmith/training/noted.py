"""Numbers of an objective, summed between two lines of the log; a checkpoint holds the sums."""

from collections.abc import Callable
from typing import Any


class Noted:
    """Means over items of what was added since the last call of `means`."""

    def __init__(self) -> None:
        self._sums: dict[str, Any] = {}

    def add(self, numbers: dict[str, tuple[Any, Any]]) -> None:
        """Add sums and counts; nothing waits for the device."""
        import torch

        for name, pair in numbers.items():
            sums = torch.stack([one.detach().double() for one in pair])
            self._sums[name] = self._sums[name] + sums if name in self._sums else sums

    def means(self, reduce: Callable[..., Any]) -> dict[str, float]:
        """Return the means over all processes and forget the sums.

        Args:
            reduce: adds a tensor up over the processes, as Accelerate's.
        """
        found = {name: reduce(self._sums[name], "sum").tolist() for name in sorted(self._sums)}
        self._sums = {}
        return {name: total / count for name, (total, count) in found.items() if count}

    def state(self, reduce: Callable[..., Any]) -> dict[str, list[float]]:
        """Return the sums over all processes."""
        return {name: reduce(self._sums[name], "sum").tolist() for name in sorted(self._sums)}

    def go_on(self, state: dict[str, list[float]], device: Any, first: bool) -> None:
        """Take up the sums of a checkpoint; the first process takes all of them."""
        import torch

        self._sums = {
            name: torch.tensor(sums if first else [0.0, 0.0], dtype=torch.float64, device=device)
            for name, sums in state.items()
        }
