"""What a look came to, in words."""

from tunesmith.monitor.history import Look

STEADY, DRIFT, DECAY = "Steady", "Drift", "Decay"
NOTHING = "no file that no look has seen"


def verdict(look: Look) -> str:
    """Return `Decay` if the champion's score has crossed its limit, else `Drift` or `Steady`."""
    names = [side["name"] for side in look["sides"] if side["level"] == "crossed"]
    if any(name.startswith("score ") for name in names):
        return DECAY
    return DRIFT if names else STEADY


def crossed(look: Look) -> list[str]:
    """Return which sides have crossed their limits, and how far."""
    return [
        f"{side['name']} {side['effect']:.3f} (limit {side['limit']:g})"
        for side in look["sides"]
        if side["level"] == "crossed"
    ]


def waiting(look: Look) -> str:
    """Return which rows are too few to be looked at yet."""
    counts = [f"{rows} {name} rows wait for more" for name, rows in look["waiting"].items()]
    return ", ".join(counts) or NOTHING
