"""What the rounds did, as SVG: scores of test rows with intervals, and what each round took."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from tunesmith.report.lines import CHART, HEIGHT, LEFT, WIDTH, Axes, chart_axes, ticks

HALF = 0.5  # of the way from one round to the next
MARGIN = 0.35  # of a round, left and right of the first and the last
WHISKER = Markup('<path class="whisker {kind}" d="M{x:.1f} {low:.1f}V{high:.1f}"/>')
POINT = Markup(
    '<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{text}</title></circle>'
)
BAR = Markup(
    '<rect class="round {kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
    "<title>{text}</title></rect>"
)
PATH = Markup('<polyline class="line kept" points="{points}"/>')


class Point(NamedTuple):
    """A score after a round (0: before the first), with its interval, and whether it was kept."""

    number: int
    score: float
    low: float
    high: float
    kept: bool


def round_chart(name: str, points: Sequence[Point]) -> Markup:
    """Return the chart: a line through what was kept, hollow points for what was rolled back.

    Args:
        name: of the part.
        points: in the order of the rounds, at least one.
    """
    levels = ticks(min(one.low for one in points), max(one.high for one in points))
    first, last = points[0].number, points[-1].number
    axes = Axes(first - MARGIN, last + MARGIN, levels[0], levels[-1])
    steps = list(range(first, last + 1))
    label = f"{name}: " + ", ".join(_said(one) for one in points)
    return CHART.format(
        width=WIDTH,
        height=HEIGHT,
        label=label,
        axes=chart_axes(axes, levels, steps),
        lines=_line(points, axes) + Markup("").join(_point(one, axes) for one in points),
        middle=(LEFT + WIDTH) / 2,
        foot=HEIGHT - 4,
        x_label="round",
    )


def round_bars(name: str, rounds: Sequence[tuple[int, float, bool]]) -> Markup:
    """Return a bar for each round, hollow where it was rolled back.

    Args:
        name: of what is counted.
        rounds: number, how much, and whether it was kept; at least one.
    """
    levels = ticks(0.0, max(value for _, value, _ in rounds))
    numbers = [number for number, _, _ in rounds]
    axes = Axes(numbers[0] - HALF, numbers[-1] + HALF, levels[0], levels[-1])
    texts = [
        f"round {number} {value:,.6g}{'' if kept else ' (rolled back)'}"
        for number, value, kept in rounds
    ]
    bars = [
        BAR.format(
            kind="kept" if kept else "back",
            x=axes.x(number - HALF / 2),
            width=axes.x(number + HALF / 2) - axes.x(number - HALF / 2),
            y=axes.y(value),
            height=axes.y(0.0) - axes.y(value),
            text=text,
        )
        for (number, value, kept), text in zip(rounds, texts, strict=True)
    ]
    return CHART.format(
        width=WIDTH,
        height=HEIGHT,
        label=f"{name}: {', '.join(texts)}",
        axes=chart_axes(axes, levels, numbers),
        lines=Markup("").join(bars),
        middle=(LEFT + WIDTH) / 2,
        foot=HEIGHT - 4,
        x_label="round",
    )


def _said(one: Point) -> str:
    """Return one point in words."""
    return f"round {one.number} {one.score:.3f}{'' if one.kept else ' (rolled back)'}"


def _line(points: Sequence[Point], axes: Axes) -> Markup:
    """Return the line through the kept points."""
    kept = [one for one in points if one.kept]
    places = " ".join(f"{axes.x(one.number):.1f},{axes.y(one.score):.1f}" for one in kept)
    return PATH.format(points=places)


def _point(one: Point, axes: Axes) -> Markup:
    """Return one point with its interval."""
    kind, x = "kept" if one.kept else "back", axes.x(one.number)
    whisker = WHISKER.format(kind=kind, x=x, low=axes.y(one.low), high=axes.y(one.high))
    text = f"{_said(one)} [{one.low:.3f}, {one.high:.3f}]"
    return whisker + POINT.format(kind=kind, x=x, y=axes.y(one.score), text=text)
