"""`tunesmith judge`: the page on which people compare answers, and what becomes of it."""

from pathlib import Path
from typing import Annotated

import typer

from tunesmith.cli.places import TEST_ROWS
from tunesmith.errors import UserError

judge = typer.Typer(help="Compare two models' answers by eye, blind, on a local page.")

PREDICTIONS = Path("data/predictions")
RATINGS = Path("data/ratings")
PAIRS = Path("data/inbox/human_pairs.jsonl")

First = Annotated[str, typer.Option(help="A model with predictions.")]
Second = Annotated[str, typer.Option(help="The model it is compared with.")]
Test = Annotated[Path, typer.Option("--rows-from", help="Table of the rows.")]
Predictions = Annotated[Path, typer.Option(help="Folder of MODEL.parquet.")]
Ratings = Annotated[Path, typer.Option(help="Folder of the ratings.")]


@judge.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    first: First = "candidate",
    second: Second = "base",
    rows: Annotated[int, typer.Option(help="Rows at most; a seeded sample.", min=1)] = 50,
    slices: Annotated[
        list[str], typer.Option("--slice", help="field=value, such as lang=zh; again for more.")
    ] = [],  # noqa: B006
    criteria: Annotated[
        list[str], typer.Option("--criterion", help="Rated from 1 to 5; again for more.")
    ] = [],  # noqa: B006
    choice_only: Annotated[bool, typer.Option("--choice-only", help="No points.")] = False,
    port: Annotated[int, typer.Option(help="0: any that is free.", min=0, max=65535)] = 8765,
    rows_from: Test = TEST_ROWS,
    predictions: Predictions = PREDICTIONS,
    ratings: Ratings = RATINGS,
) -> None:
    """Open the page; `results` and `pairs` read what was rated there."""
    if context.invoked_subcommand is not None:
        _refuse_early_options(context)
        return
    from tunesmith.human.comparison import read_comparisons
    from tunesmith.human.order import read_conditions, sample
    from tunesmith.human.rating import CRITERIA, checked_criteria
    from tunesmith.human.serve import serve
    from tunesmith.human.task import Task
    from tunesmith.params import read_seed

    names = () if choice_only else checked_criteria(tuple(criteria) or CRITERIA)
    seed = read_seed()
    comparisons = read_comparisons(rows_from, predictions, (first, second))
    chosen = sample(comparisons, rows, read_conditions(slices), seed)
    serve(Task(chosen, names, seed), ratings, port, Path(), typer.echo)


@judge.command()
def results(
    first: First = "candidate",
    second: Second = "base",
    slices: Annotated[
        list[str], typer.Option("--slice", help="lang, length, meta.X; again for more.")
    ] = ["lang"],  # noqa: B006
    confidence: Annotated[float, typer.Option(help="Of all intervals.", min=0.5, max=0.999)] = 0.95,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    rows_from: Test = TEST_ROWS,
    predictions: Predictions = PREDICTIONS,
    ratings: Ratings = RATINGS,
) -> None:
    """Show win rate, points, slices and how far people agree."""
    from tunesmith.cli.judged import show
    from tunesmith.human.standing import standing_of

    show(standing_of(rows_from, predictions, ratings, (first, second)), slices, confidence, as_json)


@judge.command()
def pairs(
    first: First = "candidate",
    second: Second = "base",
    out: Annotated[Path, typer.Option(help="JSONL to write.")] = PAIRS,
    rows_from: Test = TEST_ROWS,
    predictions: Predictions = PREDICTIONS,
    ratings: Ratings = RATINGS,
) -> None:
    """Write what most people preferred as preference rows, which stage collect reads."""
    from tunesmith.cli.judged import write_pairs
    from tunesmith.human.standing import standing_of

    found = standing_of(rows_from, predictions, ratings, (first, second))
    typer.echo(write_pairs(found, out))


def _refuse_early_options(context: typer.Context) -> None:
    """Refuse options that stand before a verb, which would not hear of them."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            verb = context.invoked_subcommand
            raise UserError(f"options of `tunesmith judge {verb}` stand behind {verb}")
