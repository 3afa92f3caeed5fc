"""Small bars and intervals as SVG that stretch to any width; the text beside them does not."""

from markupsafe import Markup

BAR = Markup(
    '<svg class="track" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" '
    'aria-label="{label}"><title>{label}</title>'
    '<rect class="rail" x="0" y="5" width="100" height="2"/>'
    '<rect class="bar {kind}" x="0" y="3" width="{value:.2f}" height="6"/>{whisker}</svg>'
)
WHISKER = Markup(
    '<path class="whisker" d="M{low:.2f} 6H{high:.2f}M{low:.2f} 2V10M{high:.2f} 2V10"/>'
)
DIFFERENCE = Markup(
    '<svg class="track" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" '
    'aria-label="{label}"><title>{label}</title>'
    '<path class="zero" d="M50 0V12"/>'
    '<rect class="interval {kind}" x="{low:.2f}" y="4" width="{width:.2f}" height="4"/>'
    '<path class="tick {kind}" d="M{value:.2f} 1V11"/></svg>'
)


def bar(
    value: float, top: float, kind: str, label: str, interval: tuple[float, float] | None = None
) -> Markup:
    """Return a bar from 0 to `value` on a rail that ends at `top`, with its interval.

    Args:
        value: 0 or more.
        top: the value at the right end, above 0.
        kind: a class that gives the colour.
        label: what a screen reader says and a pointer shows.
        interval: low and high, drawn as a whisker.
    """
    whisker = Markup("")
    if interval:
        low, high = (_place(bound, top) for bound in interval)
        whisker = WHISKER.format(low=low, high=high)
    return BAR.format(label=label, kind=kind, value=_place(value, top), whisker=whisker)


def difference(
    value: float, interval: tuple[float, float], reach: float, kind: str, label: str
) -> Markup:
    """Return an interval around a middle line that stands for 0.

    Args:
        value: the difference.
        interval: low and high.
        reach: the difference at the right end, above 0; the left end is its negative.
        kind: a class that gives the colour.
        label: what a screen reader says and a pointer shows.
    """
    low, middle, high = (
        50 + 50 * _clamped(v / reach, -1) for v in (interval[0], value, interval[1])
    )
    width = max(high - low, 0.4)
    return DIFFERENCE.format(label=label, kind=kind, low=low, width=width, value=middle)


def _place(value: float, top: float) -> float:
    """Return a value as percent of the rail, inside it."""
    return 100 * _clamped(value / top, 0)


def _clamped(value: float, least: float) -> float:
    """Return a value held between `least` and 1."""
    return min(max(value, least), 1.0)
