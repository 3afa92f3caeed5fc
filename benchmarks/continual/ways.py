"""The ways that are compared, with their dials; these were chosen on a seed that is not printed."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Way:
    """How a phase is kept from forgetting.

    Attributes:
        continual: section of the phase.
        memory: share of all earlier rows that is kept; None: 500 rows.
    """

    continual: dict[str, Any] = field(default_factory=lambda: {"kind": "naive"})
    memory: float | None = None

    @property
    def ratio(self) -> float:
        """Share of an epoch that is replayed."""
        return float(self.continual.get("ratio", 0.0))


def replay(ratio: float, memory: float | None = None) -> Way:
    """Return a way that replays."""
    return Way({"kind": "replay", "ratio": ratio}, memory)


WAYS: dict[str, Way] = {
    "naive": Way(),
    "ewc": Way({"kind": "ewc", "importance": 0.5}),
    "distill": Way({"kind": "distill", "weight": 1.0}),
    "olora": Way({"kind": "olora"}),
    "5 % of an epoch": replay(0.05),
    "20 % of an epoch": replay(0.2),
    "5 % kept, half an epoch": replay(0.5, memory=0.05),
    "20 % kept, half an epoch": replay(0.5, memory=0.2),
    "5 % kept, half an epoch, distill": Way(
        {"kind": "distill", "weight": 1.0, "ratio": 0.5}, memory=0.05
    ),
}
