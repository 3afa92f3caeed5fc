"""Add to the train rows: what the augmenters make, and the rounds of feedback."""

import pandas as pd

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import Augmented, augment_rows
from tunesmith.augmenters.feedback import Round, read_rounds
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_frame, to_rows, write_rows
from tunesmith.stage import parse_paths, run_stage


def augment(
    train: pd.DataFrame,
    held_out: list[pd.DataFrame],
    rounds: list[Round],
    params: AugmentParams,
    seed: int,
) -> Augmented:
    """Return the rows to train on; nothing that is added repeats a held-out row."""
    held = [row for frame in held_out for row in to_rows(frame)]
    return augment_rows(to_rows(train), held, rounds, params, seed)


def main() -> None:
    """Read the splits and the feedback, write the train table and its counts."""
    paths = parse_paths("--rows", "--feedback", "--validation", "--test", "--train", "--summary")
    result = augment(
        read_rows(paths.rows),
        [read_rows(paths.validation), read_rows(paths.test)],
        read_rounds(paths.feedback),
        AugmentParams.read("augment"),
        read_seed(),
    )
    write_rows(paths.train, to_frame(result.rows))
    write_json(paths.summary, result.summary)
    counts = result.summary["rows"]
    print(
        f"augment: {counts['original']:,} rows, {counts['made']:,} made, "
        f"{counts['feedback']:,} from feedback"
    )


if __name__ == "__main__":
    run_stage(main)
