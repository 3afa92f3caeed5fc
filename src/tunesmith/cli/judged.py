"""What people's ratings come to, on the screen, as JSON or as preference pairs."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tunesmith.files import write_jsonl
from tunesmith.human.preferences import preference_pairs
from tunesmith.human.results import results
from tunesmith.human.standing import Standing
from tunesmith.params import read_seed


def show(found: Standing, slices: Sequence[str], confidence: float, as_json: bool) -> None:
    """Print the results as tables, or everything as JSON."""
    said = results(found, slices, confidence, read_seed())
    if as_json:
        print(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False))
        return
    console = Console()
    for line in head(said):
        console.print(line, markup=False, highlight=False)
    console.print(wins(said))
    if said["criteria"]:
        console.print(points(said))
    console.print(agreed(said))


def write_pairs(found: Standing, out: Path) -> str:
    """Write preference rows and return what to tell the user."""
    pairs = preference_pairs(found)
    write_jsonl(out, pairs.rows)
    lines = [f"{out}: {len(pairs.rows)} pairs of {len(found.comparisons)} rated rows"]
    lines += [f"left out: {rows}, {why}" for why, rows in pairs.left_out.items()]
    held = sum(found.comparisons[one["parent"]].row["split"] == "test" for one in pairs.rows)
    if held:
        lines.append(
            f"{held} of the pairs ask what a test row asks, so stage split keeps them from the "
            "train rows; for pairs to train on, judge other rows (--rows-from, --predictions)"
        )
    return "\n".join(lines)


def head(said: dict[str, Any]) -> Iterator[str]:
    """Say what the ratings are of, and which lines do not count."""
    won = said["win_rate"]
    yield (
        f"{said['first']} against {said['second']}: wins {won['wins']}, loses {won['losses']}, "
        f"even {won['even']} of {said['rows']} rows ({said['identical_rows']} with the same answer "
        f"from both); p = {won['p']:.3g} (sign test)"
    )
    for why, lines in said["left_out"].items():
        yield f"left out: {why} ({lines})"


def wins(said: dict[str, Any]) -> Table:
    """Return the win rates: of all, of each person and of each slice."""
    sure = f"{said['confidence']:.0%} interval"
    title = escape(f"Win rate of {said['first']} (ties count half)")
    shown = Table("of", "rows", f"win rate, {sure}", "picked the left", title=title)
    parts = [("everybody", said["win_rate"])]
    parts += list(said["annotators"].items())
    parts += [
        (f"{name}={value}", part)
        for name, values in said["slices"].items()
        for value, part in values.items()
    ]
    for name, part in parts:
        shown.add_row(escape(name), str(part["n"]), _score(part), _score(part.get("left_ratio")))
    return shown


def points(said: dict[str, Any]) -> Table:
    """Return the mean points of each criterion."""
    models = (escape(said[place]) for place in ("first", "second"))
    shown = Table("criterion", *models, "difference", title="Points, 1 to 5")
    for name, part in said["criteria"].items():
        means = [_number(part[key]) for key in ("first_mean", "second_mean")]
        shown.add_row(escape(name), *means, _score(part["difference"]))
    return shown


def agreed(said: dict[str, Any]) -> Table:
    """Return how far people agree."""
    agreement = said["agreement"]
    title = "Agreement beyond chance: Krippendorff's alpha, Cohen's kappa"
    shown = Table("measure", "of", "rows or answers", "value", title=title)
    parts = [("choice", "nominal", agreement["choice"])]
    parts += [(name, "ordinal", part) for name, part in agreement["criteria"].items()]
    for name, level, part in parts:
        units = str(part["n"]) if part else "0"
        shown.add_row(f"alpha, {level}", escape(name), units, _score(part))
    for pair in agreement["people"]:
        names = escape(", ".join(pair["annotators"]))
        shown.add_row("kappa", names, str(pair["rows"]), _number(pair["kappa"]))
    return shown


def _score(part: dict[str, float] | None) -> str:
    """Return `value [low, high]`, a dash where there is none."""
    if part is None:
        return "–"
    return f"{part['value']:.3f} [{part['low']:.3f}, {part['high']:.3f}]"


def _number(value: float | None) -> str:
    """Return a number, a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"
