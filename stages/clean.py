"""Drop, rewrite or flag rows by the cleaners in the order written; one decision for every row."""

from pathlib import Path
from typing import TYPE_CHECKING

from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.forgotten import DropForgotten
from tunesmith.cleaners.run import Cleaned, Record, decision_table, run_cleaners, summary
from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.cleaners.scale_out.run import clean_spread, write_spread
from tunesmith.errors import UserError
from tunesmith.files import write_json
from tunesmith.forgotten import Forgotten, read_forgotten
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, write_rows, write_table
from tunesmith.stage import Paths, parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd


def clean(rows: "pd.DataFrame", settings: CleanParams, seed: int) -> tuple[Cleaned, Record]:
    """Return the rows that stay with all decisions, and the summary.

    Raises:
        UserError: no row stays.
    """
    cleaned = run_cleaners(rows, settings.steps, seed)
    counts = summary(rows, cleaned)
    _refuse_nothing(counts)
    return cleaned, counts


def clean_over_cluster(paths: Paths, settings: CleanParams, where: ScaleOut) -> Record:
    """Clean in partitions on a cluster, write rows, decisions and summary, and return the summary.

    Raises:
        UserError: no row stays, or the cluster cannot be used.
    """
    with connected(where) as client:
        cleaned = clean_spread(
            client, paths.examples, settings.steps, read_seed(), where.partition_rows
        )
        _refuse_nothing(cleaned.counts)
        write_spread(cleaned, paths.kept, paths.decisions)
        write_json(paths.summary, cleaned.counts)
        return cleaned.counts


def located(settings: CleanParams, folder: Path) -> CleanParams:
    """Return the settings with the paths of all evaluation sets; one that DVC misses is told of."""
    steps = [s.located(folder) if isinstance(s, Decontaminate) else s for s in settings.steps]
    for step in steps:
        for known in step.against if isinstance(step, Decontaminate) else ():
            if not known.is_watched(folder):
                print(
                    f"note: evaluation set {known.name}: DVC does not watch {known.path}; put it "
                    f"into {folder}, or run `dvc repro -f clean` after changing it"
                )
    return settings.model_copy(update={"steps": tuple(steps)})


def without(forgotten: Forgotten, settings: CleanParams) -> CleanParams:
    """Return the settings with a first step that drops what is to be forgotten."""
    if not forgotten:
        return settings
    first = DropForgotten(rows=forgotten.rows, sources=forgotten.sources)
    return settings.model_copy(update={"steps": (first, *settings.steps)})


def _refuse_nothing(counts: Record) -> None:
    """Stop where no row stays."""
    if counts["rows"]["kept"] == 0:
        raise UserError(f"params.yaml: clean.steps drop every row: {_worst(counts)}; loosen them")


def _worst(counts: Record) -> str:
    """Name each reason with the rows that it cost."""
    reasons = [
        f"{step}: {reason} ({rows:,})"
        for step, by_reason in counts["dropped"].items()
        for reason, rows in by_reason.items()
    ]
    return "; ".join(reasons) or "there was none"


def _tell(counts: Record) -> None:
    """Print what was done, a line for each step and reason."""
    for action in ("dropped", "rewritten", "flagged"):
        for step, reasons in counts[action].items():
            for reason, rows in reasons.items():
                print(f"{action:9} {rows:>7,}  {step}: {reason}")
    print(f"{counts['rows']['kept']:,} of {counts['rows']['in']:,} rows kept")


def main() -> None:
    """Read the collected rows, clean them, write rows, decisions and summary."""
    read, written = ("--evaluation-sets", "--forgotten"), ("--kept", "--decisions", "--summary")
    paths = parse_paths("--examples", *read, *written)
    settings = located(CleanParams.read("clean"), paths.evaluation_sets)
    settings = without(read_forgotten(paths.forgotten), settings)
    if settings.scale_out is not None:
        _tell(clean_over_cluster(paths, settings, settings.scale_out))
        return
    rows = read_rows(paths.examples)
    cleaned, counts = clean(rows, settings, read_seed())
    write_rows(paths.kept, cleaned.kept)
    write_table(paths.decisions, decision_table(cleaned.decisions))
    write_json(paths.summary, counts)
    _tell(counts)


if __name__ == "__main__":
    run_stage(main)
