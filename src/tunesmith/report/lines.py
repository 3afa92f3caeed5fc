"""A line chart as SVG: a few series over steps, with readable axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

Point: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 380, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 34
FEW_POINTS = 30

CHART = Markup(
    '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    '<title>{label}</title>{axes}{lines}<text class="axis" x="{middle}" y="{foot}" '
    'text-anchor="middle">{x_label}</text></svg>'
)
GRID_Y = Markup(
    '<path class="grid" d="M{left} {y:.1f}H{right}"/>'
    '<text class="axis" x="{edge}" y="{text_y:.1f}" text-anchor="end">{text}</text>'
)
TICK_X = Markup('<text class="axis" x="{x:.1f}" y="{y}" text-anchor="middle">{text}</text>')
LINE = Markup('<polyline class="line {kind}" points="{points}"/>{dots}')
DOT = Markup(
    '<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.6"><title>{text}</title></circle>'
)


@dataclass(frozen=True)
class Series:
    """A named line; `kind` is the class that gives its colour."""

    name: str
    kind: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Axes:
    """Maps data to the drawing."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Return the place of a value on the horizontal axis."""
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value on the vertical axis."""
        share = (value - self.y_low) / ((self.y_high - self.y_low) or 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def line_chart(series: Sequence[Series], label: str, x_label: str) -> Markup:
    """Return the chart; points that are not finite are left out.

    Args:
        series: at least one with a finite point, otherwise the result is empty.
        label: what a screen reader says.
        x_label: written under the horizontal axis.
    """
    known = [
        Series(s.name, s.kind, [p for p in s.points if all(map(math.isfinite, p))]) for s in series
    ]
    points = [point for one in known for point in one.points]
    if not points:
        return Markup("")
    y_ticks = ticks(min(y for _, y in points), max(y for _, y in points))
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    axes = Axes(x_low, x_high, y_ticks[0], y_ticks[-1])
    return CHART.format(
        width=WIDTH,
        height=HEIGHT,
        label=label,
        axes=chart_axes(axes, y_ticks, _three(axes)),
        lines=Markup("").join(_line(one, axes) for one in known if one.points),
        middle=(LEFT + WIDTH - RIGHT) // 2,
        foot=HEIGHT - 4,
        x_label=x_label,
    )


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return round numbers that cover low to high in about so many steps."""
    span = (high - low) or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / about))
    step = next(m * size for m in (1, 2, 5, 10) if span / (m * size) <= about + 0.5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, max(last, first + 1) + 1)]


def chart_axes(axes: Axes, y_ticks: Sequence[float], x_ticks: Sequence[float]) -> Markup:
    """Return grid lines with their values, and what is written under the horizontal axis."""
    edge, right = LEFT - 6, WIDTH - RIGHT
    rows = [
        GRID_Y.format(
            left=LEFT, right=right, y=axes.y(v), text_y=axes.y(v) + 4, edge=edge, text=f"{v:.4g}"
        )
        for v in y_ticks
    ]
    foot = HEIGHT - BOTTOM + 15
    columns = [TICK_X.format(x=axes.x(v), y=foot, text=f"{v:,.6g}") for v in x_ticks]
    return Markup("").join([*rows, *columns])


def _three(axes: Axes) -> list[float]:
    """Return the first, middle and last step."""
    middle = round((axes.x_low + axes.x_high) / 2)
    return list(dict.fromkeys([axes.x_low, middle, axes.x_high]))


def _line(series: Series, axes: Axes) -> Markup:
    """Return one line; few points get dots."""
    places = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in series.points)
    dots = [
        DOT.format(kind=series.kind, x=axes.x(x), y=axes.y(y), text=f"{series.name} {x:g}: {y:.4g}")
        for x, y in series.points
    ]
    shown = Markup("").join(dots) if len(dots) <= FEW_POINTS else Markup("")
    return LINE.format(kind=series.kind, points=places, dots=shown)
