"""The page of `tunesmith compare`: two models, their differences drawn with intervals."""

from collections.abc import Iterator
from typing import NamedTuple

from tunesmith.report.evidence import Tree
from tunesmith.report.page import rendered
from tunesmith.report.score_view import difference_cell, reach_of
from tunesmith.report.words import count, number

OVERALL = "overall"
KINDS = {"better": "better", "worse": "worse", "even": "may be chance"}


class Part(NamedTuple):
    """One line: a metric on one slice of a set."""

    set: str
    slice: str
    gap: Tree


def compare_page(found: Tree, metric: str) -> str:
    """Return the page; the same comparison gives the same bytes.

    Args:
        found: what `tunesmith compare --json` prints.
        metric: shown first, where both have it; the others are closed until asked for.
    """
    parts = list(_parts(found))
    names = list(dict.fromkeys(part.gap["metric"] for part in parts))
    names.sort(key=lambda name: name != metric)
    first, second = found["first"]["name"], found["second"]["name"]
    panels = [_panel(name, parts, (first, second)) for name in names]
    return rendered(
        "compare_page.html",
        {
            "first": first,
            "second": second,
            "tiles": _tiles(panels[0]),
            "panels": panels,
            "sets": [
                (one["set"], count(one["shared"]), *map(count, one["of"])) for one in found["sets"]
            ],
            "confidence": f"{found['confidence']:.0%}",
        },
    )


def _parts(found: Tree) -> Iterator[Part]:
    """Yield every line of a comparison."""
    for one in found["sets"]:
        for part in one["slices"]:
            for gap in part["metrics"]:
                yield Part(one["set"], part["slice"], gap)


def _panel(metric: str, parts: list[Part], names: tuple[str, str]) -> Tree:
    """Return the lines of one metric, all drawn on one scale."""
    own = [part for part in parts if part.gap["metric"] == metric]
    reach = reach_of([{names[0]: part.gap} for part in own])
    about = own[0].gap
    better = about["higher_is_better"]
    return {
        "name": metric,
        "title": about["title"],
        "hint": {True: "higher is better", False: "lower is better"}.get(
            better, "neither way is better"
        ),
        "lines": [_line(part, reach, names) for part in own],
    }


def _line(part: Part, reach: float, names: tuple[str, str]) -> Tree:
    """Return one line in words and drawn."""
    gap, (first, second) = part.gap, names
    whole = part.slice == OVERALL
    return {
        "name": part.set if whole else part.slice,
        "whole": whole,
        "n": count(gap["n"]),
        "values": [number(gap[key], gap["scale"]) for key in ("first", "second")],
        "cell": difference_cell(first, gap, gap, reach, f"{second} against"),
    }


def _tiles(panel: Tree) -> list[tuple[str, str, str, str]]:
    """Return the difference in the first metric of every set as a whole, with its verdict."""
    return [
        (line["cell"]["kind"], line["cell"]["value"], line["name"], KINDS[line["cell"]["kind"]])
        for line in panel["lines"]
        if line["whole"]
    ]
