"""A histogram over growing bins as SVG: how many texts have which length."""

import math
from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, FOOT = 320, 92, 16
CHART = Markup(
    '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    "<title>{label}</title>{bars}{ticks}</svg>"
)
BAR = Markup('<rect class="bar flow" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"/>')
TICK = Markup('<text class="axis" x="{x:.1f}" y="{y}" text-anchor="middle">{text}</text>')


def histogram(counts: Sequence[int], edges: Sequence[int], label: str) -> Markup:
    """Return the bars from the first bin with a text to the last.

    Args:
        counts: of len(edges) + 1 bins; bin k holds values from edges[k - 1] to below edges[k].
        edges: growing by about the same factor, so that bins of one width are drawn.
        label: what a screen reader says.
    """
    filled = [place for place, rows in enumerate(counts) if rows]
    if not filled:
        return Markup("")
    first, last = filled[0], filled[-1]
    width = WIDTH / max(last - first + 1, 8)
    left = (WIDTH - width * (last - first + 1)) / 2
    top = max(counts)
    bars = [
        BAR.format(
            x=left + (place - first) * width + 1,
            y=(HEIGHT - FOOT) * (1 - counts[place] / top),
            w=width - 2,
            h=(HEIGHT - FOOT) * counts[place] / top,
        )
        for place in range(first, last + 1)
    ]
    every = math.ceil((last - first + 2) / 7)
    ticks = [
        TICK.format(x=left + (place - first + 1) * width, y=HEIGHT - 3, text=f"{edges[place]:,}")
        for place in range(first, min(last, len(edges)), every)
    ]
    return CHART.format(
        width=WIDTH,
        height=HEIGHT,
        label=label,
        bars=Markup("").join(bars),
        ticks=Markup("").join(ticks),
    )


def quantile(counts: Sequence[int], edges: Sequence[int], share: float) -> int:
    """Return the upper edge of the bin in which this share of the values is reached."""
    wanted, seen = share * sum(counts), 0
    for place, rows in enumerate(counts):
        seen += rows
        if seen >= wanted and rows:
            return edges[min(place, len(edges) - 1)]
    return edges[-1]
