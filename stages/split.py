"""Split the rows into train, validation, test and out-of-distribution sets; leaks are dropped."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tunesmith.errors import UserError
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import SCHEMA, Row, read_rows, to_frame, to_rows, write_rows, write_table
from tunesmith.sets import OOD
from tunesmith.splitting import SplitParams
from tunesmith.splitting.frozen import read_frozen
from tunesmith.splitting.split import Splits, diversity_by_side, split_rows
from tunesmith.stage import parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd

WHY = [pa.field("reason", pa.string()), pa.field("detail", pa.string())]


def split(rows: "pd.DataFrame", frozen: set[str], params: SplitParams, seed: int) -> Splits:
    """Return the rows of each side.

    Raises:
        UserError: no row is left to train on.
    """
    splits = split_rows(to_rows(rows), frozen, params, seed)
    if not splits.train:
        raise UserError(
            f"split: none of {len(rows):,} rows is left to train on; lower split.test_ratio and "
            "split.validation_ratio, or see which source sets its own split"
        )
    return splits


def dropped_table(splits: Splits) -> pa.Table:
    """Return the dropped rows, whole, with the reason and the row that they gave way to."""
    records: list[Row] = [
        {**row, "reason": drop.reason, "detail": drop.detail}
        for row, drop in zip(splits.dropped, splits.drops, strict=True)
    ]
    return pa.Table.from_pylist(records, schema=pa.schema([*SCHEMA, *WHY]))


def main() -> None:
    """Read the kept rows and the frozen ids; write each side, the dropped rows and the counts."""
    sides = ("--train", "--validation", "--test", "--ood")
    paths = parse_paths("--rows", "--frozen", *sides, "--summary", "--dropped")
    params = SplitParams.read("split")
    seed = read_seed()
    splits = split(read_rows(paths.rows), read_frozen(paths.frozen), params, seed)
    write_rows(paths.train, to_frame(splits.train))
    write_rows(paths.validation, to_frame(splits.validation))
    write_rows(paths.test, to_frame(splits.test))
    write_rows(paths.ood, to_frame(splits.ood))
    write_table(paths.dropped, dropped_table(splits))
    write_json(paths.summary, splits.summary | {"diversity": diversity_by_side(splits, seed)})
    sizes = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    sets = {f"{OOD}{name}": own["rows"] for name, own in splits.summary["ood"].items()}
    counts = {**{side: len(rows) for side, rows in sizes.items()}, **sets}
    print("split:", ", ".join(f"{rows:,} {side}" for side, rows in counts.items()), end="")
    print(f", {len(splits.drops):,} dropped")
    for side in ("validation", "test"):
        if not sizes[side]:
            print(f"split: warning: no {side} row; raise split.{side}_ratio or name a source's")


if __name__ == "__main__":
    run_stage(main)
