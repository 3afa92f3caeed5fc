"""Writes a phase as one model for other programs, and says how it was compared."""

from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.export.compare import Difference
from tunesmith.export.run import FILE_NAME, Exported, export
from tunesmith.export.write import DTYPES
from tunesmith.models.manifest import is_trained
from tunesmith.params import read_seed
from tunesmith.rows import Row, read_rows, to_rows

HELD_OUT = ("data/splits/validation.parquet", "data/splits/test.parquet")


def run_export(phase: str, out: Path | None, count: int, dtype: str | None, root: Path) -> str:
    """Export a phase and return what to tell.

    Raises:
        UserError: no such phase is trained, there are no held-out rows, or see `export`.
    """
    folder = root / "models" / phase
    if not is_trained(folder):
        there = sorted(path.name for path in folder.parent.glob("*") if is_trained(path))
        known = f"trained here: {', '.join(there)}" if there else "`dvc repro` trains one"
        raise UserError(f"{folder}: no trained model; {known}")
    if dtype not in (None, *DTYPES.values()):
        raise UserError(f"--dtype {dtype}: give one of {', '.join(DTYPES.values())}")
    place = out or root / "exports" / phase
    rows = held_out(root)
    record = export(folder, place, rows, count, read_seed(root / "params.yaml"), dtype)
    return told(record, place)


def held_out(root: Path) -> list[Row]:
    """Return the rows of validation and test that are there.

    Raises:
        UserError: neither is.
    """
    files = [root / name for name in HELD_OUT if (root / name).exists()]
    if not files:
        raise UserError(f"{HELD_OUT[0]}: no such file; `dvc repro split` or `dvc pull` brings it")
    return [row for file in files for row in to_rows(read_rows(file))]


def told(record: Exported, out: Path) -> str:
    """Return what was compared and found, in a few lines."""
    drawn = ", ".join(f"{count} {lang}" for lang, count in record.prompts.items())
    lines = [
        f"{out}: {record.phase} ({record.method}) on {record.base}, {record.dtype}; see "
        f"{FILE_NAME} in it",
        f"compared on {sum(record.prompts.values())} prompts ({drawn}), "
        f"{record.written.places} tokens",
        f"merged, before rounding: {in_words(record.merged)}",
        f"written, read again:     {in_words(record.written)}",
    ]
    if record.quantised is not None:
        lines.append(f"4-bit base of training:  {in_words(record.quantised)}")
    return "\n".join(lines)


def in_words(found: Difference) -> str:
    """Return a difference as a person reads it."""
    same = "the same" if found.same_tokens == found.places else f"{found.same_tokens} the same"
    return (
        f"greedy tokens {same}, logits differ by at most {found.max_logit_difference:.2g} "
        f"(largest logit {found.max_logit:.3g})"
    )
