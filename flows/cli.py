"""`tunesmith` with the verbs that run the pipeline, beside those that read what it has made.

Prefect reads its settings when it is imported, so the verbs import what they need themselves.
"""

__all__ = ["app", "main"]

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tunesmith.cli import app, main
from tunesmith.errors import UserError

Forced = Annotated[
    list[str], typer.Option("--force", help="Run STAGE even if nothing changed.", metavar="STAGE")
]
Pull = Annotated[bool, typer.Option("--pull", help="Fetch what the DVC remote has already.")]
Deliver = Annotated[
    bool,
    typer.Option(
        "--deliver", help="Commit on a branch of its own, promote what the gate ships, push."
    ),
]


Approve = Annotated[
    bool, typer.Option("--approve", help="With --deliver: ask before what ships is promoted.")
]
search = typer.Typer(help="Search over the dials.")
app.add_typer(search, name="search")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunName = Annotated[str, typer.Argument(help="Of the run that waits.", metavar="RUN")]


@app.command()
def plan(force: Forced = []) -> None:  # noqa: B006
    """Say which stages would run, and why; nothing is run."""
    _retrain("--plan", *_each("--force", force))


@app.command()
def run(
    force: Forced = [],  # noqa: B006
    pull: Pull = False,
    deliver: Deliver = False,
    approve: Approve = False,
) -> None:
    """Bring every stage up to date; what is fresh is left alone."""
    _retrain(*_each("--force", force), *_flags(pull, deliver, approve))


@app.command()
def rerun(
    from_stage: Annotated[
        str | None,
        typer.Option("--from", metavar="STAGE", help="Run it again, and what it changes."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Go on where the last run stopped.")
    ] = False,
    pull: Pull = False,
    deliver: Deliver = False,
    approve: Approve = False,
) -> None:
    """Run again from a stage, or from where the last run stopped."""
    if (from_stage is None) != failed:
        raise UserError("rerun: say either --from STAGE or --failed")
    _retrain(
        *_each("--force", [from_stage] if from_stage else []),
        *_flags(pull, deliver, approve),
    )


@app.command()
def approve(name: RunName) -> None:
    """Promote what a run that waits for approval has found to ship."""
    from flows.approval import answer

    typer.echo(answer(name, "approve"))


@app.command()
def refuse(name: RunName) -> None:
    """Keep the champion; the run that waits is delivered without a promotion."""
    from flows.approval import answer

    typer.echo(answer(name, "refuse"))


@app.command()
def monitor(
    deliver: Annotated[
        bool,
        typer.Option("--deliver", help="Keep what was found in git, and call for a retrain."),
    ] = False,
) -> None:
    """Look at what has come in: does it drift, and does the champion still answer it?"""
    if deliver:
        _deliver_look()
    from flows import workcopy
    from flows.console import show_sides
    from flows.incoming import examine
    from tunesmith.monitor.words import verdict, waiting

    workcopy.check()
    found = examine()
    show_sides(found)
    typer.echo(verdict(found) if found["files"] else waiting(found))


@app.command()
def improve(
    rounds: Annotated[
        int, typer.Option("--rounds", min=0, help="At most; 0: as improve.budget says.")
    ] = 0,
    review: Annotated[
        bool, typer.Option("--review", help="Ask before the rows of a round are learnt.")
    ] = False,
    approve: Approve = False,
) -> None:
    """Find what is weak, change data or training there, and keep what provably helps."""
    from flows.retrain import end_now
    from flows.server import prefect_api

    with prefect_api() as server:
        from flows.improve import run_here  # while the server starts

        server.wait()
        code = run_here(rounds, review, approve)
    end_now(code)


@app.command()
def rollback(tag: Annotated[str, typer.Argument(help="Of an earlier champion.")]) -> None:
    """Make an earlier champion the champion again; the one of now is not promoted any more."""
    from flows.rollback import roll_back

    typer.echo(roll_back(tag))


@search.callback(invoke_without_command=True)
def run_search(
    context: typer.Context,
    trials: Annotated[
        int | None, typer.Option(help="Of the study in all; params.yaml's if not given.", min=1)
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="Trials at a time.", min=1)] = None,
) -> None:
    """Try other dials, as section `search` of params.yaml says; goes on where it stopped."""
    if context.invoked_subcommand is not None:
        return
    from flows.retrain import end_now
    from flows.search import run as run_trials

    try:
        code = run_trials(trials, jobs)
    except KeyboardInterrupt:
        print("stopped; the trials so far are kept, search again to go on", file=sys.stderr)
        code = 130
    end_now(code)


@search.command("show")
def show_search() -> None:
    """Show the trials so far, and write their page."""
    from flows.search import open_bench, show

    show(open_bench())


@search.command("apply")
def apply_trial(
    trial: Annotated[int | None, typer.Argument(help="Its number; the best if not given.")] = None,
) -> None:
    """Set the dials of a trial in params.yaml."""
    from flows.search import apply

    typer.echo(apply(trial))


@app.command()
def auto(
    phase: Annotated[
        str | None, typer.Argument(help="Of params.yaml; the candidate's if not given.")
    ] = None,
    race: Annotated[
        bool, typer.Option("--race", help="Let short trainings correct what the rules say.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Leave params.yaml as it is.")] = False,
) -> None:
    """Choose method and dials from data, task, model and hardware, and say why."""
    from flows.auto import run as choose_dials

    typer.echo(choose_dials(phase, race, show))


@app.command()
def lineage(
    thing: Annotated[
        str,
        typer.Argument(
            help="adapter@v0.2.0, adapter#prod, a commit, models/PHASE; a row's id or file:line; "
            "round-3."
        ),
    ],
    as_json: Json = False,
    picture: Annotated[
        Path | None, typer.Option(help="SVG file to draw it into.", dir_okay=False)
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(help="CSV file to list its rows in.", dir_okay=False)
    ] = None,
    pull: Pull = False,
) -> None:
    """Tell what a version was made from, or which versions were made from a row or a round."""
    from flows.lineage_verb import tell

    tell(thing, as_json, picture, rows, pull)


@app.command()
def registry(as_json: Json = False) -> None:
    """List the versions of the adapter, with the stages they have, verdicts and scores."""
    from flows.registry_verb import show

    show(as_json)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A version, stage, commit or round-3.")],
    second: Annotated[str, typer.Argument(help="Another, from which the first is taken away.")],
    as_json: Json = False,
    page: Annotated[
        Path | None,
        typer.Option(help="HTML file to draw the differences in.", dir_okay=False),
    ] = None,
    pull: Pull = False,
) -> None:
    """Compare two versions from their stored answers; no model is run."""
    from flows.compare import run_compare

    run_compare(first, second, as_json, pull, page)


@app.command()
def verify(
    name: Annotated[
        str | None,
        typer.Argument(help="A version or commit; what is here if not given.", metavar="[VERSION]"),
    ] = None,
    pull: Pull = False,
) -> None:
    """Hash again all that a version names: data, models, base, predictions, code."""
    from flows.verify import verify as run_verify

    raise SystemExit(run_verify(name, pull))


@app.command()
def forget(
    source: Annotated[
        list[str], typer.Option("--source", help="A file or data set; again for more.")
    ] = [],  # noqa: B006
    row: Annotated[
        list[str], typer.Option("--row", help="An id or file:line; again for more.")
    ] = [],  # noqa: B006
    apply: Annotated[
        bool, typer.Option("--apply", help="Let the next run go without; nothing is deleted.")
    ] = False,
    as_json: Json = False,
    pull: Pull = False,
) -> None:
    """List what was trained on a row or source and must be retrained; prepare that."""
    from flows.forget import run_forget

    run_forget(source, row, apply, as_json, pull)


@app.command()
def reproduce(
    name: Annotated[str, typer.Argument(help="A version or commit.", metavar="VERSION")],
    keep: Annotated[bool, typer.Option("--keep", help="Leave the clone there.")] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(help="Of a score's range; 0: the same bytes. 0.02 where a GPU is.", min=0.0),
    ] = None,
    pull: Pull = False,
) -> None:
    """Rebuild a version in a clean clone with an empty cache, and compare every output."""
    from flows.reproduce import run_reproduce

    raise SystemExit(run_reproduce(name, keep, tolerance, pull))


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="A version.", metavar="VERSION")],
    stage: Annotated[str, typer.Option(help="prod makes it the champion.")] = "prod",
    push: Annotated[bool, typer.Option("--push", help="Share it with origin.")] = False,
) -> None:
    """Give a stage to a version: a tag, and for prod the pointer in a commit of its own."""
    from flows.promote import promote_version

    typer.echo(promote_version(name, stage, push))


@app.command()
def doctor() -> None:
    """Look at everything that a run needs, and say what is wrong and how to mend it."""
    from flows.doctor import examine, show

    raise SystemExit(show(examine()))


def _retrain(*arguments: str) -> NoReturn:
    """Run `flows.retrain` in this process."""
    from flows.retrain import end_now, main

    end_now(main(arguments))


def _flags(pull: bool, deliver: bool, approve: bool) -> list[str]:
    """Return the options that were given."""
    return ["--pull"] * pull + ["--deliver"] * deliver + ["--approve"] * approve


def _deliver_look() -> NoReturn:
    """Run the flow `monitor` in this process."""
    from flows.retrain import end_now
    from flows.server import prefect_api

    with prefect_api() as server:
        from flows.monitor import deliver_look  # while the server starts

        server.wait()
        code = deliver_look()
    end_now(code)


def _each(option: str, values: list[str]) -> list[str]:
    """Return an option once for each value."""
    return [word for value in values for word in (option, value)]


if __name__ == "__main__":
    main()
