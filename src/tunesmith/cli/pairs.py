"""`tunesmith pairs`: preference rows out of a model's errors or of a judge's verdicts."""

from pathlib import Path
from typing import Annotated

import typer

from tunesmith.cli.judge import PREDICTIONS
from tunesmith.errors import UserError
from tunesmith.stage import WORK

pairs = typer.Typer(
    no_args_is_help=True,
    help="Make preference pairs; those of people's ratings: tunesmith judge pairs.",
)

ROWS = Path("data/exam/rows.parquet")
RECORDED = Path("data/judge/replies.jsonl")  # of the judge, pinned
JOURNAL = WORK / "evaluate" / "replies.jsonl"  # what it said to stage evaluate, too

Model = Annotated[str, typer.Option(help="A model with predictions.")]
Rows = Annotated[Path, typer.Option("--rows-from", help="Table of the rows; of the exam's.")]
Predictions = Annotated[Path, typer.Option(help="Folder of MODEL.parquet.")]


@pairs.command()
def errors(
    model: Model = "candidate",
    at_most: Annotated[
        float, typer.Option(help="ROUGE-L up to which an answer is wrong.", min=0, max=1)
    ] = 0.5,
    out: Annotated[Path, typer.Option(help="JSONL to write.")] = Path(
        "data/inbox/error_pairs.jsonl"
    ),
    rows_from: Rows = ROWS,
    predictions: Predictions = PREDICTIONS,
) -> None:
    """Prefer the reference to a model's wrong answer; rows that measure are left out."""
    from tunesmith.pairs.asked import read_asked
    from tunesmith.pairs.errors import error_pairs
    from tunesmith.pairs.write import write_pairs

    asked = read_asked(rows_from, predictions, (model,))
    found = error_pairs(asked.rows, asked.answers[model], model, at_most)
    typer.echo(write_pairs(found, len(asked.rows), out))


@pairs.command()
def judged(
    model: Model = "candidate",
    against: Annotated[
        str, typer.Option(help="Another model with predictions; `reference`: the rows' answers.")
    ] = "reference",
    out: Annotated[Path, typer.Option(help="JSONL to write.")] = Path(
        "data/inbox/judge_pairs.jsonl"
    ),
    rows_from: Rows = ROWS,
    predictions: Predictions = PREDICTIONS,
) -> None:
    """Prefer the answer that evaluate.judge does, in both orders; rows that measure are out."""
    from tunesmith.endpoints.replies import Replies
    from tunesmith.metrics.params import EvaluateParams
    from tunesmith.pairs.asked import read_asked
    from tunesmith.pairs.judged import judge_pairs
    from tunesmith.pairs.write import write_pairs
    from tunesmith.params import read_seed
    from tunesmith.rows import reference_of

    judge = EvaluateParams.read("evaluate").judge
    if judge is None:
        raise UserError("params.yaml: evaluate.judge: names no judge; see docs/metrics.md")
    models = (model,) if against == "reference" else (model, against)
    asked = read_asked(rows_from, predictions, models)
    texts = [[answer.text for answer in asked.answers[name]] for name in models]
    other = [reference_of(row) for row in asked.rows] if len(texts) == 1 else texts[1]
    replies, names = Replies.read(RECORDED, JOURNAL), (model, against)
    found = judge_pairs(asked.rows, (texts[0], other), names, judge, replies, read_seed())
    typer.echo(write_pairs(found, len(asked.rows), out))
