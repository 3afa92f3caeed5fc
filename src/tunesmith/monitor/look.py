"""Looks once at what has come in, and writes what was found; it records nothing.

python -m tunesmith.monitor.look --train … --champion … --look look.json --round round.jsonl
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.augmenters.feedback import read_rounds
from tunesmith.cleaners import CleanParams
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json, write_jsonl
from tunesmith.gate import GateParams
from tunesmith.metrics.params import EvaluateParams
from tunesmith.monitor import MonitorParams
from tunesmith.monitor.drift import drift, installed_encoder
from tunesmith.monitor.history import Look, read_looks, seen_files
from tunesmith.monitor.incoming import (
    Arrived,
    arrived,
    asked_questions,
    asked_row,
    distinct,
)
from tunesmith.monitor.score import CHAMPION, fall
from tunesmith.monitor.side import Side
from tunesmith.params import read_seed
from tunesmith.prediction.params import PredictParams
from tunesmith.rewards.base import Scorer
from tunesmith.rewards.params import RewardParams
from tunesmith.rewards.scoring import scorer_of
from tunesmith.rows import Row, read_rows, to_rows
from tunesmith.stage import WORK, Paths, parse_paths, run_stage

MODELS, FUNCTIONS = Path("models"), Path("rewards")  # as dvc.yaml has them
FLAGS = ("--train", "--champion", "--metrics", "--pointer", "--feedback", "--looks")


class Window(NamedTuple):
    """What has come in since the last look: the files that it has not seen."""

    fresh: list[Arrived]
    seen: list[Arrived]

    @property
    def rows(self) -> list[Row]:
        """The rows of the new files."""
        return [row for one in self.fresh for row in one.rows]


def look(paths: Paths, params: MonitorParams, seed: int) -> tuple[Look, list[Row]]:
    """Return what was found, and the answered rows that a retrain has to learn from.

    Rows are kept waiting until there are `min_rows` of them: their files count as not seen. The
    rows to learn from are all answered ones that a look has seen and no feedback round holds; they
    are handed over only if a side has crossed its limit, so that the champion is asked first.

    Raises:
        UserError: a file cannot be read, or a stage has not run yet.
    """
    known = seen_files(read_looks(paths.looks))
    steps = CleanParams.read("clean").steps
    asked = _window(asked_questions(params.folder, params.asked, seed, steps), known)
    answered = _window(arrived(params.folder, params.answered, seed, steps), known)
    texts = distinct([row["text"] for row in asked.rows])
    new = {"asked": len(texts), "answered": len(answered.rows)}
    enough = {name for name, rows in new.items() if rows >= params.min_rows}
    sides = list[Side]()
    if "asked" in enough:
        encoder = installed_encoder() if params.limits.embedding is not None else "not watched"
        sides += drift(_trained(paths.train), texts, params, seed, encoder)
    if "answered" in enough:
        sides += _fall(paths, answered.rows, params, seed)
    scored = answered.fresh if "answered" in enough else []
    looked = [*(asked.fresh if "asked" in enough else []), *scored]
    found: Look = {
        "files": {one.name: one.sha256 for one in looked},
        "model": read_json(paths.pointer)["tag"],
        "set_aside": sum(one.aside for one in looked),
        "sides": [side._asdict() for side in sides],
        "waiting": {name: new[name] for name in sorted(new) if new[name] and name not in enough},
    }
    crossed = any(side.level == "crossed" for side in sides)
    return found, _unknown([*answered.seen, *scored], paths.feedback) if crossed else []


def _window(files: Sequence[Arrived], known: frozenset[str]) -> Window:
    """Part the files into those that are new and those that an earlier look has seen."""
    return Window(
        [one for one in files if one.sha256 not in known],
        [one for one in files if one.sha256 in known],
    )


def _trained(path: Path) -> list[str]:
    """Return the questions of the train rows that people have asked; augmenters made the others."""
    rows = to_rows(read_rows(path))
    own = [row for row in rows if row["op"] is None or row["op"].startswith("feedback:")]
    return distinct([asked_row(row)["text"] for row in own])


def _fall(paths: Paths, rows: list[Row], params: MonitorParams, seed: int) -> list[Side]:
    """Return how far the champion's score has fallen, if that is watched."""
    if params.limits.score is None:
        return []
    if not paths.metrics.exists():
        raise UserError(f"{paths.metrics}: no such file; `dvc repro evaluate` makes it")
    metric = GateParams.read("gate").metric
    return [
        fall(
            paths.champion,
            rows,
            read_json(paths.metrics)[CHAMPION],
            metric,
            params.limits.score,
            PredictParams.read("predict"),
            EvaluateParams.read("evaluate"),
            seed,
            _scorer(seed) if metric == "reward" else None,
        )
    ]


def _scorer(seed: int) -> Scorer:
    """Return what scores answers as stage reward does."""
    settings = RewardParams.read("reward")
    judge = MODELS / settings.trains_with
    return scorer_of(settings, judge, FUNCTIONS, WORK / "monitor", seed)


def _unknown(files: Sequence[Arrived], feedback: Path) -> list[Row]:
    """Return the rows of files that are in no round of feedback."""
    known = {row["id"] for one in read_rounds(feedback) for row in one.rows}
    return [row for one in files for row in one.rows if row["id"] not in known]


def as_feedback(row: Row) -> dict[str, Any]:
    """Return a row as a round of feedback holds it."""
    return {key: cell for key, cell in row.items() if cell is not None and key != "split"}


def main() -> None:
    """Look, and write what was found and what there is to learn."""
    paths = parse_paths(*FLAGS, "--look", "--round")
    found, rows = look(paths, MonitorParams.read("monitor"), read_seed())
    write_json(paths.look, found)
    write_jsonl(paths.round, [as_feedback(row) for row in rows])
    if found["set_aside"]:
        print(f"look: {found['set_aside']:,} rows are no examples, unanswered or dropped by clean")


if __name__ == "__main__":
    run_stage(main)
