"""The ways that are compared, with their dials and what else these may be."""

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Way:
    """How a phase is kept from forgetting.

    Attributes:
        continual: section of the phase.
        memory: share of all earlier rows that is kept; None: 500 rows.
        tried: a dial of `continual`, and values of it from which seeds of their own choose.
        by: field of whose values equally many rows are kept; None: by how many there were.
    """

    continual: dict[str, Any] = field(default_factory=lambda: {"kind": "naive"})
    memory: float | None = None
    tried: tuple[str, tuple[float, ...]] | None = None
    by: str | None = None

    @property
    def ratio(self) -> float:
        """Share of an epoch that is replayed."""
        return float(self.continual.get("ratio", 0.0))

    def at(self, value: float | None) -> "Way":
        """Return the way with another value of its dial; None: as it is."""
        if value is None or self.tried is None:
            return self
        return replace(self, continual={**self.continual, self.tried[0]: value})


def replay(ratio: float, memory: float | None = None, **more: Any) -> Way:
    """Return a way that replays."""
    return Way({"kind": "replay", "ratio": ratio}, memory, **more)


INTENT = "meta.intent"
WAYS: dict[str, Way] = {
    "naive": Way(),
    "ewc": Way({"kind": "ewc", "importance": 0.5}, tried=("importance", (5.0, 50.0, 500.0))),
    "distill": Way({"kind": "distill", "weight": 1.0}, tried=("weight", (1.0, 4.0, 16.0))),
    "olora": Way({"kind": "olora"}),
    "5 % of an epoch": replay(0.05),
    "5 % kept, half an epoch": replay(0.5, memory=0.05),
    "5 % kept by intent, half an epoch": replay(0.5, memory=0.05, by=INTENT),
    "5 % kept by intent, half an epoch, distill": Way(
        {"kind": "distill", "weight": 1.0, "ratio": 0.5}, memory=0.05, by=INTENT
    ),
}
