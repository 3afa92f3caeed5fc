"""The page of auto mode: what was looked at, each dial with its reason, and how the race went."""

from pathlib import Path
from typing import Any

from tunesmith.auto.facts import Facts
from tunesmith.auto.race import Heat
from tunesmith.auto.rules import Candidate, Reason
from tunesmith.report.page import rendered

FOLDER = Path(__file__).parent


def record(
    phase: str, facts: Facts, reasons: list[Reason], heats: list[Heat], chosen: Candidate
) -> dict[str, Any]:
    """Return everything that the page shows, as plain values."""
    return {
        "phase": phase,
        "facts": facts.model_dump(mode="json"),
        "reasons": [one.model_dump(mode="json") for one in reasons],
        "race": [one.model_dump(mode="json") for one in heats],
        "chosen": chosen.model_dump(mode="json"),
    }


def render(found: dict[str, Any]) -> str:
    """Return the page, without a script and with everything escaped."""
    return rendered("page.html", found, FOLDER)
