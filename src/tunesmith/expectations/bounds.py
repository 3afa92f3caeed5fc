"""Bounds that a number must keep, written `[low, high]`; null leaves a side open."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator


def _in_order(bounds: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    """Refuse bounds that allow nothing or everything."""
    low, high = bounds
    if low is None and high is None:
        raise ValueError("bounds [low, high] of which at least one is a number")
    if low is not None and high is not None and low > high:
        raise ValueError(f"low {low:g} is above high {high:g}")
    return bounds


Bounds: TypeAlias = Annotated[tuple[float | None, float | None], AfterValidator(_in_order)]


def in_words(bounds: tuple[float | None, float | None], style: str = "{:,g}") -> str:
    """Return bounds as words: `10 to 20`, `at least 10`, `at most 20`."""
    low, high = (None if bound is None else style.format(bound) for bound in bounds)
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
