"""Judges a round that was made: the line that the ledger gets; it changes nothing.

python -m tunesmith.improve.judge --before … --after … --record record.json
"""

from pathlib import Path

from tunesmith.analysis import AnalyzeParams
from tunesmith.files import read_json, write_json
from tunesmith.gate import GateParams
from tunesmith.improve import ImproveParams
from tunesmith.improve.ledger import Round, looks_at, read_ledger
from tunesmith.improve.parts import parts_of
from tunesmith.improve.proof import Proof, prove
from tunesmith.improve.scores import mean_score, read_scores, scores_of
from tunesmith.improve.spending import level
from tunesmith.improve.turn import metric_of
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_rows
from tunesmith.stage import Paths, parse_paths, run_stage

SECONDS_PER_HOUR = 3600.0
FLAGS = ("--test", "--validation", "--train", "--before", "--after", "--efficiency",
         "--efficiency-before", "--decision", "--ledger", "--verdict")  # fmt: skip


def judge(paths: Paths, params: ImproveParams, seed: int) -> Round:
    """Return the round as the ledger keeps it."""
    said, rounds = read_json(paths.decision), read_ledger(paths.ledger)
    look = len(looks_at(rounds, said["test_set"])) + 1
    at = level(params.spending, params.alpha, params.looks, look)
    metric = metric_of(params)
    proof = _proof(paths, rounds, said["targets"], metric, at, seed)
    seconds = train_seconds(paths.efficiency, paths.efficiency_before)
    return Round(
        **{name: said[name] for name in ("number", "action", "why", "added", "refused", "dials")},
        targets=tuple(said["targets"]),
        contents=tuple(said["contents"]),
        file=said.get("file"),
        test_set=said["test_set"],
        look=look,
        metric=metric,
        validation_before=said["validation"],
        validation_after=mean_score(paths.validation, paths.after, metric),
        proof=proof.as_dict(),
        kept=proof.kept,
        gate=read_json(paths.verdict)["verdict"],
        train_seconds=round(seconds, 1),
        money=round(seconds / SECONDS_PER_HOUR * params.budget.price_per_hour, 4),
    )


def _proof(
    paths: Paths, rounds: list[Round], targets: list[str], metric: str, at: float, seed: int
) -> Proof:
    """Return the comparison of the test rows before and after."""
    test = read_rows(paths.test)
    ids = [row["id"] for row in to_rows(test)]
    protected = GateParams.read("gate").protected_slices
    parts = parts_of(
        test, read_rows(paths.train), targets, protected, AnalyzeParams.read("analyze")
    )
    seen_before = [one for earlier in rounds for one in earlier.targets]
    watched = {name: parts.named[name] for name in [*targets, *seen_before] if name in parts.named}
    before, after = (
        scores_of(read_scores(path), ids, metric) for path in (paths.before, paths.after)
    )
    return prove(before, after, parts.target, parts.protected, at, seed, watched)


def train_seconds(after: Path, before: Path) -> float:
    """Return what training took in this round; a phase that was not trained again took nothing.

    Args:
        after: folder of the costs of all phases, `train-*.json`.
        before: of those that there were; a phase whose file is the same was not trained again.
    """
    return sum(
        float(read_json(path).get("train_seconds", 0.0))
        for path in sorted(after.glob("train-*.json"))
        if not _same(path, before / path.name)
    )


def _same(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same bytes."""
    return other.exists() and one.read_bytes() == other.read_bytes()


def main() -> None:
    """Judge, and write the line."""
    paths = parse_paths(*FLAGS, "--record")
    made = judge(paths, ImproveParams.read("improve"), read_seed())
    write_json(paths.record, made.model_dump(mode="json"))
    for reason in made.proof["reasons"]:
        print(f"round {made.number}: {reason}")


if __name__ == "__main__":
    run_stage(main)
