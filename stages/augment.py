"""Add to the train rows: what the augmenters make, and the rounds of feedback; then balance."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import NO_TOOLS, Augmented, augment_rows
from tunesmith.augmenters.feedback import Round, read_rounds
from tunesmith.augmenters.make import Refused
from tunesmith.augmenters.spared import spared
from tunesmith.augmenters.tools import Tools
from tunesmith.endpoints.replies import Replies
from tunesmith.files import write_json, write_text
from tunesmith.forgotten import read_forgotten
from tunesmith.params import read_seed
from tunesmith.prediction.translate import translate
from tunesmith.prediction.write import write
from tunesmith.rows import SCHEMA, read_rows, to_frame, to_rows, write_rows, write_table
from tunesmith.stage import WORK, parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd

RECORDED = "replies.jsonl"  # in the folder of material: pinned replies, which are asked no more
WHY = [pa.field("reason", pa.string()), pa.field("detail", pa.string())]


def augment(
    train: "pd.DataFrame",
    held_out: "list[pd.DataFrame]",
    rounds: list[Round],
    params: AugmentParams,
    seed: int,
    tools: Tools = NO_TOOLS,
) -> Augmented:
    """Return the rows to train on; nothing that is added repeats a held-out row."""
    held = [row for frame in held_out for row in to_rows(frame)]
    return augment_rows(to_rows(train), held, rounds, params, seed, tools)


def left_out_table(left_out: list[Refused]) -> pa.Table:
    """Return rows that were made and refused, or left out for balance, each with its reason."""
    records = [{**one.row, "reason": one.reason, "detail": one.detail} for one in left_out]
    return pa.Table.from_pylist(records, schema=pa.schema([*SCHEMA, *WHY]))


def main() -> None:
    """Read splits, feedback and material; write the train table, what is left out, the counts."""
    held_out = ("--validation", "--test", "--ood")
    written = ("--train", "--left-out", "--replies", "--summary")
    given = ("--feedback", "--forgotten", "--material")
    paths = parse_paths("--rows", *given, *held_out, *written)
    journal = WORK / "augment" / RECORDED
    replies = Replies.read(paths.material / RECORDED, journal)
    rounds, gone = spared(read_rounds(paths.feedback), read_forgotten(paths.forgotten))
    result = augment(
        read_rows(paths.rows),
        [read_rows(path) for path in (paths.validation, paths.test, paths.ood)],
        rounds,
        AugmentParams.read("augment"),
        read_seed(),
        Tools(paths.material, replies, translate, write),
    )
    result.summary["feedback_refused"] += gone
    write_rows(paths.train, to_frame(result.rows))
    write_table(paths.left_out, left_out_table(result.left_out))
    write_text(paths.replies, replies.lines())  # one blank line if none: DVC warns of empty files
    write_json(paths.summary, result.summary)
    counts = {name: f"{rows:,} {name}" for name, rows in result.summary["rows"].items()}
    print("augment:", ", ".join(counts.values()))
    for step, quota in result.summary["quotas_missed"].items():
        print(f"augment: warning: {step} made {quota['made']} of {quota['wanted']}; raise per_row")


if __name__ == "__main__":
    run_stage(main)
