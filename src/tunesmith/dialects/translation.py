"""What becomes of a foreign configuration: an overlay of params.yaml, and what is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "no dial of this name is known here"


@dataclass(frozen=True)
class Lost:
    """A setting without a counterpart."""

    name: str
    value: Any
    why: str
    nearest: str = ""  # the dial that comes closest


@dataclass
class Translation:
    """Collects what the settings of one file become; every key is used once or is lost."""

    given: dict[str, Any]
    overlay: dict[str, Any] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    blocked: str = ""  # why the overlay is shown and not laid on: it would be another training

    def take(self, *names: str) -> Any:
        """Return the value of the first of these keys that is given, and take all of them away.

        A key without a value counts as not given.
        """
        values = [self.given.pop(name) for name in names if name in self.given]
        return next((value for value in values if value is not None), None)

    def put(self, path: str, value: Any) -> None:
        """Set a dotted dial of the overlay; None sets nothing."""
        if value is None:
            return
        *sections, last = path.split(".")
        place = self.overlay
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value

    def lose(self, name: str, value: Any, why: str, nearest: str = "") -> None:
        """Note a setting without a counterpart."""
        self.lost.append(Lost(name, value, why, nearest))

    def block(self, name: str, value: Any) -> None:
        """Note a way of training that no phase has: what is left would be another training."""
        self.lose(name, value, "there is no phase of this kind yet; nothing stands for it")
        self.blocked = self.blocked or f"{name}: {value}"

    def drop(self, why: str, nearest: str, *names: str) -> None:
        """Note each of these keys that is given and asks for something."""
        for name in names:
            value = self.take(name)
            if value not in (None, False, "none", ""):
                self.lose(name, value, why, nearest)

    def ignore(self, *names: str) -> None:
        """Take keys away that mean nothing here and are not missed."""
        for name in names:
            self.given.pop(name, None)

    def finish(self) -> "Translation":
        """Note every key that nobody took."""
        for name, value in list(self.given.items()):
            if value not in (None, ""):
                self.lose(name, value, UNKNOWN)
        self.given.clear()
        return self


def copied(tree: Any) -> Any:
    """Return plain values that may be changed."""
    if isinstance(tree, Mapping):
        return {str(key): copied(value) for key, value in tree.items()}
    return [copied(item) for item in tree] if isinstance(tree, list) else tree
