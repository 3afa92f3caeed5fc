"""The page of a study: its best trial, its history, what mattered, and every trial."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from markupsafe import Markup

from tunesmith.report.page import rendered
from tunesmith.report.track import bar
from tunesmith.search.chart import Dot, Path, Scale, chart, names, numbers
from tunesmith.search.curve import WORDS as METRICS
from tunesmith.search.findings import Findings, ranked, shown
from tunesmith.search.params import Dial, SearchParams
from tunesmith.search.space import Choice, IntRange, LogRange

FOLDER = FilePath(__file__).parent


def render(findings: Findings, search: SearchParams) -> str:
    """Return the page, without a script and with everything escaped."""
    return rendered("page.html", context(findings, search), FOLDER)


def context(findings: Findings, search: SearchParams) -> dict[str, Any]:
    """Return what the template shows."""
    trials = findings["trials"]
    best = next((one for one in trials if one["number"] == findings["best"]), None)
    states = [one["state"] for one in trials]
    return {
        "study": findings["study"],
        "phase": findings["phase"],
        "metric": METRICS[findings["metric"]],
        "lower": findings["goal"] == "minimize",
        "best": best,
        "first": next((one for one in trials if one["value"] is not None), None),
        "counts": {state: states.count(state) for state in dict.fromkeys(states)},
        "history": history(findings),
        "curves": curves(findings),
        "importance": importance(findings),
        "dials": [{"path": path, "svg": against(findings, search, path)} for path in search.space],
        "paths": list(search.space),
        "trials": ranked(findings),
        "shown": shown,
    }


def history(findings: Findings) -> Markup:
    """Return the score of each trial, and the best so far as a line."""
    ended = [one for one in findings["trials"] if one["value"] is not None]
    if not ended:
        return Markup("")
    better = min if findings["goal"] == "minimize" else max
    line: list[tuple[float, float]] = []
    for one in ended:
        line.append((one["number"], better([one["value"], *(y for _, y in line[-1:])])))
    dots = [
        Dot(
            one["number"],
            one["value"],
            _colour(one, findings),
            f"trial {one['number']}: {one['value']:.4g}",
        )
        for one in ended
    ]
    last = max(one["number"] for one in findings["trials"])
    scale = Scale(0, max(last, 1), [(k, str(k)) for k in dict.fromkeys([0, last // 2, last])])
    best = f"best so far: {line[-1][1]:.4g}"
    label = f"Score of {len(ended)} trials; {best}"
    return chart(dots, [Path(line, "best", best)], scale, label, "trial")


def _colour(trial: Findings, findings: Findings) -> str:
    """Return the class of a trial's mark."""
    return "best" if trial["number"] == findings["best"] else trial["state"]


def curves(findings: Findings) -> Markup:
    """Return the validation curve of every trial; those that were ended early stop short."""
    drawn = [one for one in findings["trials"] if len(one["curve"]) > 0]
    if not drawn:
        return Markup("")
    paths = [
        Path(one["curve"], _colour(one, findings), f"trial {one['number']}, {one['state']}")
        for one in sorted(drawn, key=lambda one: one["number"] == findings["best"])
    ]
    ends = [
        Dot(*at, kind=path.kind, text=path.text, radius=2.6)
        for path in paths
        for at in path.points[-1:]
    ]
    last = max(x for one in drawn for x, _ in one["curve"])
    scale = numbers([0.0, last])
    return chart(ends, paths, scale, f"Validation curves of {len(drawn)} trials", "epoch")


def importance(findings: Findings) -> list[dict[str, Any]]:
    """Return a bar for each dial."""
    return [
        {
            "path": path,
            "share": f"{share:.0%}",
            "svg": bar(share, 1.0, "flow", f"{path}: {share:.0%} of the differences"),
        }
        for path, share in findings["importance"].items()
    ]


def against(findings: Findings, search: SearchParams, path: str) -> Markup:
    """Return the score of the trials over the values of one dial."""
    dial = search.space[path]
    ended = [one for one in findings["trials"] if one["value"] is not None and path in one["dials"]]
    if not ended:
        return Markup("")
    scale, place = _axis(dial)
    dots = [
        Dot(
            place(one["dials"][path]),
            one["value"],
            _colour(one, findings),
            f"trial {one['number']}: {shown(one['dials'][path])} gives {one['value']:.4g}",
        )
        for one in ended
    ]
    return chart(dots, [], scale, f"Score over {path}, {len(ended)} trials", path)


def _axis(dial: Dial) -> tuple[Scale, Callable[[Any], float]]:
    """Return the scale of a dial's values, and where on it a value lies."""
    if isinstance(dial, Choice):
        known = [shown(value) for value in dial.among]
        return names(known), lambda value: float(known.index(shown(value)))
    is_log = isinstance(dial, LogRange) or (isinstance(dial, IntRange) and dial.log)
    return numbers([dial.low, dial.high], is_log), float
