"""Draws a graph in columns, from left to right, as one SVG that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

MARGIN, GAP_X, GAP_Y = 24, 70, 18
LINE, PAD = 19, 12
CHAR = 7.4  # width of a Latin letter at this size; a Chinese one takes two
BOLD = 1.17  # how much wider bold letters are
MOST_CHARS = 34  # of a line, in Latin letters
HEAD = 30
COLOURS = {  # fill, border
    "source": ("#e8f1fb", "#2f6db5"),
    "data": ("#eef6ee", "#3d8b4f"),
    "model": ("#fdf3e1", "#b87a14"),
    "verdict": ("#f3ecfa", "#7a4bb0"),
    "row": ("#ffffff", "#5a6472"),
    "warning": ("#fdeaea", "#b53030"),
}
FONT = (
    "system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', "
    "'DejaVu Sans', sans-serif"
)


@dataclass(frozen=True)
class Node:
    """A box: its name in edges, column, kind, and lines of which the first is bold."""

    name: str
    column: int
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Boxes, the edges between them, and a word above each column."""

    title: str
    heads: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Box:
    """Where a node is drawn, in pixels."""

    node: Node
    x: float
    y: float
    width: float
    height: float


def draw(graph: Graph) -> str:
    """Return the graph as SVG; the drawing is as large as its boxes need."""
    boxes = layout(graph)
    width = max(box.x + box.width for box in boxes.values()) + MARGIN
    width = max(width, 2 * MARGIN + text_width(graph.title) * 1.35)
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    edges = [_edge(boxes[first], boxes[second]) for first, second in graph.edges]
    parts = [_title(graph.title), *_heads(graph, boxes), *edges, *map(_box, boxes.values())]
    label = escape(graph.title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{label}" '
        f'font-family="{FONT}" font-size="13"><rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def layout(graph: Graph) -> dict[str, Box]:
    """Return node name → box; columns are as wide as their widest box, and centred."""
    columns = sorted({node.column for node in graph.nodes})
    tall = max(_column_height(graph, column) for column in columns)
    boxes, x = {}, float(MARGIN)
    for column in columns:
        own = [node for node in graph.nodes if node.column == column]
        width = max(_width(graph.heads[column], own), 90.0)
        y = MARGIN + 2 * HEAD + (tall - _column_height(graph, column)) / 2
        for node in own:
            height = len(node.lines) * LINE + 2 * PAD
            boxes[node.name] = Box(node, x, y, width, height)
            y += height + GAP_Y
        x += width + GAP_X
    return boxes


def shortened(text: str, most: int = MOST_CHARS) -> str:
    """Return a text cut to a width, with an ellipsis where it was cut; Chinese counts double."""
    if _units(text) <= most:
        return text
    kept = ""
    for char in text:
        if _units(kept + char) > most - 1:
            break
        kept += char
    return f"{kept}…"


def text_width(text: str) -> float:
    """Return about how many pixels a text takes."""
    return _units(text) * CHAR


def _units(text: str) -> int:
    """Return the width of a text in Latin letters."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _width(head: str, nodes: Sequence[Node]) -> float:
    """Return how wide a column's boxes are."""
    bold = [text_width(shortened(node.lines[0])) * BOLD for node in nodes]
    lines = [head, *(shortened(line) for node in nodes for line in node.lines)]
    return max(*bold, *map(text_width, lines)) + 2 * PAD


def _column_height(graph: Graph, column: int) -> float:
    """Return how tall a column is."""
    own = [node for node in graph.nodes if node.column == column]
    return sum(len(node.lines) * LINE + 2 * PAD for node in own) + GAP_Y * (len(own) - 1)


def _title(text: str) -> str:
    """Draw the line above everything."""
    y = MARGIN + 14
    return f'<text x="{MARGIN}" y="{y}" font-size="17" font-weight="600">{escape(text)}</text>'


def _heads(graph: Graph, boxes: dict[str, Box]) -> list[str]:
    """Draw the word above each column."""
    places = {box.node.column: box.x for box in boxes.values()}
    y = MARGIN + HEAD + 14
    return [
        f'<text x="{x:.1f}" y="{y}" fill="#5a6472">{escape(graph.heads[column])}</text>'
        for column, x in places.items()
    ]


def _box(box: Box) -> str:
    """Draw one node; the whole of a cut line is shown where a pointer rests."""
    fill, border = COLOURS[box.node.kind]
    words = escape("\n".join(box.node.lines))
    texts = [
        f'<text x="{box.x + PAD:.1f}" y="{box.y + PAD + 14 + number * LINE:.1f}"'
        f"{' font-weight=' + chr(34) + '600' + chr(34) if number == 0 else ''}>"
        f"{escape(shortened(line))}</text>"
        for number, line in enumerate(box.node.lines)
    ]
    return (
        f'<g><title>{words}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="6" fill="{fill}" stroke="{border}"/>{"".join(texts)}</g>'
    )


def _edge(first: Box, second: Box) -> str:
    """Draw a curve from the right of one box to the left of another."""
    x1, y1 = first.x + first.width, first.y + first.height / 2
    x2, y2 = second.x, second.y + second.height / 2
    middle = (x1 + x2) / 2
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} '
        f'{x2 - 6:.1f} {y2:.1f}" fill="none" stroke="#8a94a3" stroke-width="1.4"/>'
        f'<path d="M{x2 - 7:.1f} {y2 - 4:.1f}L{x2:.1f} {y2:.1f}L{x2 - 7:.1f} {y2 + 4:.1f}Z" '
        'fill="#8a94a3"/>'
    )
