"""What the names of sets beside the test rows begin with: every stage reads them from `split`."""

from collections.abc import Container

VALIDATION = "validation"  # asked for the choice of new rows; it decides about no model
OOD = "ood:"  # out of distribution: other sources than the train rows
RETENTION = "retention:"  # what the base knew
BEHAVIOUR = "behaviour"  # judged case by case, see tunesmith/behaviour
OF_TEXT = "bits_per_byte"  # what plain text is scored by beside test rows that are answered


def judged_by(wanted: str, has: Container[str]) -> str | None:
    """Return the metric that decides about a set: the gate's, else bits per byte, else None."""
    return next((metric for metric in (wanted, OF_TEXT) if metric in has), None)
