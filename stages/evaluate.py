"""Score the predictions of base, candidate and champion, with intervals, by set and by slice."""

import pyarrow as pa

from tunesmith.answers import aligned, read_predictions
from tunesmith.endpoints.replies import Replies
from tunesmith.evaluation.run import evaluate
from tunesmith.evaluation.tables import MODELS
from tunesmith.files import write_json, write_text
from tunesmith.metrics.params import EvaluateParams
from tunesmith.params import read_seed
from tunesmith.rewards.table import with_rewards
from tunesmith.rows import read_rows, write_table
from tunesmith.stage import WORK, parse_paths, run_stage

RECORDED = "replies.jsonl"  # of the judge, in its folder: pinned ones are asked no more


def main() -> None:
    """Join the predictions with their rows, score them, write what was found."""
    outputs = ("--metrics", "--scores", "--comparisons", "--behaviour", "--per-row", "--replies")
    models = ("--base", "--candidate", "--champion")
    paths = parse_paths("--rows", *models, "--rewards", "--recorded", *outputs)
    rows = read_rows(paths.rows)
    places = {model: getattr(paths, model) for model in MODELS}
    given = {m: aligned(rows, read_predictions(place), str(place)) for m, place in places.items()}
    predictions = {m: with_rewards(table, m, paths.rewards) for m, table in given.items()}
    settings = EvaluateParams.read("evaluate")
    replies = Replies.read(paths.recorded / RECORDED, WORK / "evaluate" / RECORDED)
    result = evaluate(rows, predictions, settings, read_seed(), replies)
    write_json(paths.metrics, result.metrics)
    write_text(paths.scores, result.scores.to_csv(index=False, lineterminator="\n"))
    write_json(paths.comparisons, result.comparisons)
    write_json(paths.behaviour, result.behaviour)
    write_text(paths.replies, replies.lines())  # one blank line if none: DVC warns of empty files
    per_row = pa.Table.from_pandas(result.per_row, preserve_index=False)
    write_table(paths.per_row, per_row.replace_schema_metadata(None))


if __name__ == "__main__":
    run_stage(main)
