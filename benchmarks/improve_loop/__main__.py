"""Finds what was starved on purpose, mends it, and asks whether anything was harmed.

A learner is really trained on rows of which a few values keep five train rows each. Rounds follow
as `tunesmith improve` makes them: slices are chosen on validation rows, rows are proposed, guarded
and added, or the mixture is evened out, and a proof on test rows keeps the round or rolls it back.
An oracle answers the rows that are mined. Beside it, as many random rows of the pool (or of the
stock, where there is no pool), and as many plainly augmented rows. Closed: the share of the gap to
a model that was fed all rows. `--null` starves nothing, and asks fresh rows whether the gains that
were claimed are real.

    python -m benchmarks.improve_loop --data DATA [--seeds 0 1 2 3 4] [--sets clinc,demo] [--model]
    python -m benchmarks.improve_loop --data DATA --null --seeds 0 … 19
    python -m benchmarks.improve_loop --read ONE.json OTHER.json    # the tables of runs apart
"""

import argparse
import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.improve_loop.seed import Line, run_named
from benchmarks.parallel import done

SETS = "clinc,thucnews,demo,demo-pool"
HEAD = (
    "| set | seed | starved of rows | found | rounds (+ kept, − rolled back) | starved | loop "
    "| random | plain | full | closed by loop | random | plain | harmed |\n"
    "|---|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"
)


def main() -> None:
    """Print a table for each set, and with --json keep what it is made of."""
    asked = _asked()
    started = time.monotonic()
    if asked.read:
        lines = [Line(**one) for path in asked.read for one in json.loads(path.read_text("utf-8"))]
    else:
        lines = _measured(asked)
    starving = any(one.values for one in lines)
    if starving:
        print(HEAD)
    for name in dict.fromkeys(one.name for one in lines):
        own = sorted((one for one in lines if one.name == name), key=lambda one: one.seed)
        print("\n".join(table(own) if starving else [null(own)]))
    print(f"{time.monotonic() - started:.0f} s")


def _measured(asked: argparse.Namespace) -> list[Line]:
    """Return what all seeds of all sets came to; what is done is kept at once."""
    jobs = [(name, seed) for name in asked.sets.split(",") for seed in asked.seeds]
    work = partial(run_named, asked.data, asked.model, not asked.null)
    lines = list[Line]()
    for _, line in done(work, jobs, asked.jobs):
        lines.append(line)
        if asked.json:
            said = [one.model_dump() for one in lines]
            text = json.dumps(said, indent=1, ensure_ascii=False)
            asked.json.write_text(text + "\n", encoding="utf-8")
    return lines


def table(lines: Sequence[Line]) -> list[str]:
    """Return the lines of the seeds of a set, and how many of them are as they should be."""
    rows = []
    for one in lines:
        scores = one.starved, one.loop, one.random, one.plain, one.full
        cells = [
            one.name, one.seed, ", ".join(one.values), "yes" if one.found else "no",
            one.rounds or "–", *(f"{score:.2f}" for score in scores),
            *(f"{one.closed(score):.0%}" for score in (one.loop, one.random, one.plain)),
            "yes" if one.harmed else "no",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(map(str, cells))} |")
    good = sum(one.is_good for one in lines)
    return [
        *rows,
        f"{lines[0].name}: found, half of the gap closed and nothing harmed in {good} of "
        f"{len(lines)} seeds",
    ]


def null(lines: Sequence[Line]) -> str:
    """Return how many gains were claimed where nothing was starved, and how many are not real."""
    made, claims, wrong = (
        sum(getattr(one, key) for one in lines) for key in ("made", "claims", "unconfirmed")
    )
    return (
        f"{lines[0].name}: {made} rounds of {len(lines)} seeds, {claims} gains claimed, {wrong} of "
        f"them not seen on fresh rows ({wrong / max(made, 1):.1%} of rounds)"
    )


def _asked() -> argparse.Namespace:
    """Return the flags."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--model", action="store_true", help="the demo's answers by its real model")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--null", action="store_true", help="starve nothing")
    parser.add_argument("--json", type=Path, help="where to keep what the table is made of")
    parser.add_argument("--read", nargs="+", type=Path, help="such files, instead")
    asked = parser.parse_args()
    if not asked.data and not asked.read:
        parser.error("--data or --read")
    return asked


if __name__ == "__main__":
    main()
