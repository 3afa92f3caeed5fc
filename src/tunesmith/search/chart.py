"""Charts of a study as SVG: its history, its curves, and each dial against the score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tunesmith.report.lines import ticks

WIDTH, HEIGHT = 380, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 34
CHART = Markup(
    '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    "<title>{label}</title>{grid}{marks}"
    '<text class="axis" x="{middle}" y="{foot}" text-anchor="middle">{x_label}</text></svg>'
)
GRID = Markup(
    '<path class="grid" d="M{left} {y:.1f}H{right}"/>'
    '<text class="axis" x="{edge}" y="{text_y:.1f}" text-anchor="end">{text}</text>'
)
TICK = Markup('<text class="axis" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{text}</text>')
DOT = Markup(
    '<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{r}"><title>{text}</title></circle>'
)
LINE = Markup('<polyline class="line {kind}" points="{points}"><title>{text}</title></polyline>')


@dataclass(frozen=True)
class Dot:
    """One mark; `kind` is the class that gives its colour."""

    x: float
    y: float
    kind: str
    text: str
    radius: float = 3.4


@dataclass(frozen=True)
class Path:
    """One line."""

    points: Sequence[tuple[float, float]]
    kind: str
    text: str


@dataclass(frozen=True)
class Scale:
    """The horizontal axis: numbers, factors of numbers, or names side by side."""

    low: float
    high: float
    marks: Sequence[tuple[float, str]]
    log: bool = False

    def share(self, value: float) -> float:
        """Return how far to the right a value lies, from 0 to 1."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / ((high - low) or 1)


def chart(
    dots: Sequence[Dot], paths: Sequence[Path], scale: Scale, label: str, x_label: str
) -> Markup:
    """Return a chart; empty without a finite value.

    Args:
        dots: drawn over the lines.
        paths: lines.
        scale: of the horizontal axis.
        label: what a screen reader says.
        x_label: written under the horizontal axis.
    """
    heights = [dot.y for dot in dots] + [y for path in paths for _, y in path.points]
    if not heights:
        return Markup("")
    levels = ticks(min(heights), max(heights))

    def x(value: float) -> float:
        return LEFT + scale.share(value) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return (
            HEIGHT
            - BOTTOM
            - (value - levels[0]) / (levels[-1] - levels[0]) * (HEIGHT - TOP - BOTTOM)
        )

    lines = [
        LINE.format(
            kind=path.kind,
            text=path.text,
            points=" ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in path.points),
        )
        for path in paths
    ]
    marks = [DOT.format(kind=d.kind, x=x(d.x), y=y(d.y), r=d.radius, text=d.text) for d in dots]
    grid = [
        GRID.format(
            left=LEFT, right=WIDTH - RIGHT, y=y(v), text_y=y(v) + 4, edge=LEFT - 6, text=f"{v:.4g}"
        )
        for v in levels
    ]
    feet = [
        TICK.format(
            x=x(place), y=HEIGHT - BOTTOM + 15, text=text, anchor=_anchor(scale.share(place))
        )
        for place, text in scale.marks
    ]
    return CHART.format(
        width=WIDTH,
        height=HEIGHT,
        label=label,
        grid=Markup("").join([*grid, *feet]),
        marks=Markup("").join([*lines, *marks]),
        middle=(LEFT + WIDTH - RIGHT) // 2,
        foot=HEIGHT - 4,
        x_label=x_label,
    )


def _anchor(share: float) -> str:
    """Return where a text at that share of the axis is held, so that it stays inside."""
    if share > 0.95:
        return "end"
    return "start" if share < 0.05 else "middle"


def numbers(values: Sequence[float], log: bool = False) -> Scale:
    """Return the scale of numbers, with its ends and its middle written."""
    low, high = min(values), max(values)
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 1, high + 1)
    middle = math.sqrt(low * high) if log else (low + high) / 2
    return Scale(low, high, [(v, f"{v:.3g}") for v in (low, middle, high)], log)


def names(values: Sequence[str]) -> Scale:
    """Return the scale of names, in the middle of a field each."""
    return Scale(-0.5, len(values) - 0.5, [(k, _short(v)) for k, v in enumerate(values)])


def _short(text: str) -> str:
    """Return a text that fits under a field."""
    return text if len(text) <= 14 else f"{text[:13]}…"
