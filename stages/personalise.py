"""Train a small adapter for each user or group, and compare each with the one that all share."""

import csv
import json
import shutil

from tunesmith.files import csv_cell, replacing, sha256_file, sha256_text, sha256_tree, write_json
from tunesmith.params import read_seed
from tunesmith.personal import Personal
from tunesmith.personal.run import personalise
from tunesmith.rows import read_rows, to_rows
from tunesmith.stage import WORK, Paths, parse_paths, run_stage

COLUMNS = (
    *("group", "train_rows", "held_out_rows", "shared_loss", "own_loss", "gain", "low", "high"),
    "left",
)


def main() -> None:
    """Read rows and the shared adapter, write the bundle and what came of each group."""
    given = ("--shared", "--rows", "--validation")
    paths = parse_paths(*given, "--model", "--groups", "--outcome", names=("--name",))
    name, seed = str(paths.name), read_seed()
    dials = Personal.read(f"personalise.{name}")
    work = WORK / "personalise" / f"{name}-{_key(paths, dials, seed)}"
    rows, validation = (to_rows(read_rows(path)) for path in (paths.rows, paths.validation))
    done = personalise(name, dials, paths.shared, rows, validation, seed, work, paths.model)
    write_json(paths.outcome, done.outcome)
    write_table(paths, done.lines)
    shutil.rmtree(work, ignore_errors=True)
    print(f"personalise@{name}: {told(done.outcome)}")


def _key(paths: Paths, dials: Personal, seed: int) -> str:
    """Return what decides the result, so that only the same run is gone on with."""
    inputs = [
        sha256_tree({"": paths.shared}),
        sha256_file(paths.rows),
        sha256_file(paths.validation),
    ]
    own = [*inputs, dials.model_dump(mode="json"), seed]
    return sha256_text(json.dumps(own, sort_keys=True))[:16]


def write_table(paths: Paths, lines: list[dict[str, object]]) -> None:
    """Write a line for each group; numbers in six digits."""
    with replacing(paths.groups) as temporary, temporary.open("w", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for one in lines:
            rounded = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in one.items()}
            writer.writerow({**rounded, "group": csv_cell(str(one["group"]))})


def told(outcome: dict[str, object]) -> str:
    """Return the outcome in a line."""
    left = ", ".join(f"{n} {why}" for why, n in dict(outcome["left_to_shared"]).items())  # type: ignore[call-overload]
    rest = f"; left to the shared adapter: {left}" if left else ""
    if "gain" not in outcome:
        return f"{outcome['groups']} adapters, none of whose groups has a held-out row{rest}"
    return (
        f"{outcome['groups']} adapters; loss lower by {outcome['gain']:.3f} nats per token on "
        f"average ({outcome['low']:.3f} to {outcome['high']:.3f}), better in {outcome['better']} "
        f"and worse in {outcome['worse']} of {outcome['measured']} groups{rest}"
    )


if __name__ == "__main__":
    run_stage(main)
