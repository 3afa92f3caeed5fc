"""What `max_length` did to the rows: which it cut, and the blocks that it made of texts."""

from tunesmith.rows import Row
from tunesmith.training.examples import PAIRED, Encoded, count_trained, length_of
from tunesmith.training.params import Phase


def lengths_of_splits(
    phase: Phase,
    name: str,
    rows: tuple[list[Row], list[Row]],
    encoded: tuple[list[Encoded], list[Encoded]],
    told: bool,
) -> dict[str, dict[str, int]]:
    """Return the `lengths` of train and validation by name, and print those worth a line if `told`.

    Args:
        phase: its task and `max_length`.
        name: of the phase.
        rows: of train and of validation.
        encoded: what became of them.
        told: whether this process prints.
    """
    found = {}
    for split, table, made in zip(("train", "validation"), rows, encoded, strict=True):
        found[split] = lengths(table, made, phase.task)
        if told:
            tell(name, split, table, made, found[split], phase.max_length)
    return found


def lengths(rows: list[Row], encoded: list[Encoded], task: str) -> dict[str, int]:
    """Return counts that repeat.

    Args:
        rows: of the phase.
        encoded: what became of them.
        task: of the phase.

    Returns:
        `rows`, and of plain text its `blocks`, its `tokens` with the ends, each counted once, and
        the `trained_tokens` among them: all but the first of each text; of others how many were
        `cut` and the `longest_tokens` that a row had before, and of pairs how many were
        `same_when_cut`, which are not trained.
    """
    if task == "text":
        trained = count_trained(encoded)
        counts = {"rows": len(rows), "blocks": len(encoded)}
        return {**counts, "tokens": trained + len(rows), "trained_tokens": trained}
    longest = max((item.get("whole", length_of(item)) for item in encoded), default=0)
    cut = sum("whole" in item for item in encoded)
    same = {"same_when_cut": sum("same" in item for item in encoded)} if task in PAIRED else {}
    return {"rows": len(rows), "cut": cut, "longest_tokens": longest, **same}


def tell(
    phase: str,
    split: str,
    rows: list[Row],
    encoded: list[Encoded],
    counts: dict[str, int],
    max_length: int,
) -> None:
    """Print one line where `max_length` did something to the rows of a split; see `lengths`."""
    if counts.get("blocks", 0) > len(rows):
        print(
            f"{phase}: {len(rows):,} texts of {split} are trained in {len(encoded):,} blocks of at "
            f"most {max_length:,} tokens, {counts['tokens']:,} in all; none is lost",
            flush=True,
        )
    if not counts.get("cut"):
        return
    if counts.get("same_when_cut"):
        print(
            f"{phase}: {counts['same_when_cut']:,} of {len(rows):,} pairs of {split} are the same "
            f"within max_length {max_length:,} and are left out",
            flush=True,
        )
    first = next(row for row, item in zip(rows, encoded, strict=True) if "whole" in item)
    print(
        f"{phase}: {counts['cut']:,} of {len(rows):,} rows of {split} are cut at max_length "
        f"{max_length:,}, the longest has {counts['longest_tokens']:,} tokens, first "
        f"{first['source']}; what is behind is not read, and an answer that lost its end does not "
        f"teach to stop: raise phases.{phase}.max_length to train them whole",
        flush=True,
    )
