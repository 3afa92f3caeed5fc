"""`tunesmith`: the command for people. The stages themselves stay `python -m stages.NAME`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tunesmith.cli.judge import judge
from tunesmith.cli.pairs import pairs
from tunesmith.cli.places import TEST_ROWS
from tunesmith.errors import UserError
from tunesmith.stage import prepare_process

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
recipe = typer.Typer(no_args_is_help=True, help="Overlays on params.yaml for common tasks.")
app.add_typer(recipe, name="recipe")
data = typer.Typer(no_args_is_help=True, help="The data and its report.")
app.add_typer(data, name="data")
app.add_typer(judge, name="judge")
app.add_typer(pairs, name="pairs")

PARAMS = Path("params.yaml")
RECIPES = Path("recipes")
FROZEN_IDS = Path("data/frozen/test_ids.csv")
Settings = Annotated[list[str], typer.Option("--set", help="key=value, any dotted key.")]


@app.callback()
def root() -> None:
    """Fine-tune language models as a repeatable pipeline."""


@app.command()
def check() -> None:
    """Validate the whole of params.yaml."""
    from tunesmith.dials import Dials

    dials = Dials.read(path=PARAMS)
    typer.echo(f"params.yaml is valid; phases: {', '.join(dials.phases)}")


@app.command()
def pin() -> None:
    """Write the digest of the base model's weights into params.yaml."""
    from tunesmith.cli.pin import pin_base

    typer.echo(pin_base(PARAMS))


@app.command()
def chat(
    adapter: Annotated[
        Path | None, typer.Option(help="Folder of a trained model; the candidate's if not given.")
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="Ask once and end.")] = None,
) -> None:
    """Talk to the base model and to a tuned one, side by side."""
    from tunesmith.cli.chat import talk

    talk(adapter, prompt)


@app.command()
def advise(
    model: Annotated[
        str | None, typer.Option(help="Hub id, folder or package:NAME; params.yaml's if not given.")
    ] = None,
    phase: Annotated[
        str | None, typer.Option(help="Whose dials count; the first one's if not given.")
    ] = None,
    rows: Annotated[int | None, typer.Option(help="Rows to train on.", min=1)] = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens of a row.", min=1)] = None,
    batch: Annotated[int | None, typer.Option(help="Rows a device and step.", min=1)] = None,
    max_length: Annotated[int | None, typer.Option(help="Tokens of a row at most.", min=1)] = None,
    gpu_memory: Annotated[
        str | None, typer.Option(help="Of a GPU that is not here, such as 24GB.")
    ] = None,
    tflops: Annotated[float | None, typer.Option(help="Its peak in bf16.", min=0.001)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Estimate memory and time of every method before anything is loaded or trained."""
    from tunesmith.cli.advise import run_advise

    run_advise(Path(), model, phase, rows, tokens, batch, max_length, gpu_memory, tflops, as_json)


@app.command()
def export(
    phase: Annotated[str, typer.Argument(help="A trained phase, the name of a folder of models/.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; exports/PHASE if not given.")
    ] = None,
    prompts: Annotated[int, typer.Option(help="Held-out rows to compare on.", min=1)] = 16,
    dtype: Annotated[
        str | None, typer.Option(help="float32, float16 or bfloat16; the base's if not given.")
    ] = None,
) -> None:
    """Merge a phase into its base and write a folder that transformers and vLLM serve."""
    from tunesmith.cli.export import run_export

    typer.echo(run_export(phase, out, prompts, dtype, Path()))


@app.command()
def harness(
    models: Annotated[
        list[str], typer.Argument(help="A phase, base or champion; two are compared.")
    ],
    task: Annotated[list[str], typer.Option(help="Of lm_eval, or of a folder; again for more.")],
    tasks_folder: Annotated[
        Path | None, typer.Option(help="YAML files of tasks, with rows beside them.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="First rows of a task only.", min=1)] = None,
    shots: Annotated[
        int | None, typer.Option(help="Worked examples; as the task says if not given.", min=0)
    ] = None,
    chat: Annotated[
        bool | None,
        typer.Option("--chat/--plain", help="Through the chat template; as trained if not given."),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Texts in one pass.", min=1)] = 16,
) -> None:
    """Run tasks of lm-evaluation-harness on a model; needs `make harness`."""
    from tunesmith.cli.harness import run_harness

    run_harness(models, task, tasks_folder, limit, shots, chat, batch_size, Path())


@app.command("import-config")
def import_config(
    file: Annotated[Path, typer.Argument(help="YAML of LLaMA-Factory, axolotl or TRL.")],
    dialect: Annotated[
        str | None, typer.Option("--from", help="llama-factory, axolotl or trl; told by its keys.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Lay it on params.yaml.")] = False,
) -> None:
    """Read another trainer's configuration as dials, and list what has no counterpart."""
    from tunesmith.cli.import_config import import_config as run

    run(file, dialect, write, PARAMS)


@app.command()
def freeze(
    test: Annotated[Path, typer.Option(help="Table of the test rows.")] = TEST_ROWS,
    ids: Annotated[Path, typer.Option(help="List that grows.")] = FROZEN_IDS,
) -> None:
    """Freeze the test rows of the last run, so that later rounds are measured on them."""
    from tunesmith.cli.freeze import freeze_test_rows

    typer.echo(freeze_test_rows(test, ids))


@app.command()
def results() -> None:
    """Show the scores of the last run, and where report and adapter are."""
    from tunesmith.cli.results import show

    show(Path())


@app.command()
def why(row: Annotated[str, typer.Argument(help="An id, or file:line.")]) -> None:
    """Tell what became of a row, stage by stage, and why."""
    from rich.console import Console

    from tunesmith.cli.why import explain

    explain(row, Path(), Console())


@app.command()
def review(
    file: Annotated[
        Path | None, typer.Option(help="Write the rows to a .csv or .jsonl to decide in.")
    ] = None,
    read: Annotated[Path | None, typer.Option(help="Take such a file back.")] = None,
    approve_all: Annotated[
        bool, typer.Option("--approve-all", help="Accept what is open and needs no answer.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Your name, kept with each decision.")] = None,
    port: Annotated[int, typer.Option(help="0: any that is free.", min=0, max=65535)] = 0,
) -> None:
    """Accept, edit, reject or write rows for the next round, on a local page or in a file."""
    from tunesmith.cli.review import run_review

    run_review(Path(), file, read, approve_all, by, port, typer.echo)


@recipe.command("list")
def list_recipes() -> None:
    """List the recipes and what they are for."""
    from tunesmith.cli.recipes import describe

    describe(RECIPES)


@recipe.command("apply")
def apply_recipe(name: str, settings: Settings = []) -> None:  # noqa: B006
    """Lay a recipe on params.yaml; refused, with the reason, if the result is not valid."""
    from tunesmith.recipes import apply, find_recipe

    apply(find_recipe(name, RECIPES), settings, PARAMS)
    typer.echo(f"params.yaml now follows recipe {name}; `git diff params.yaml` shows how")


@data.command("check")
def check_files(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; data/inbox if not given.")
    ] = None,
) -> None:
    """Say what would become of files before a run reads them; 0 fit, 1 not fit, 2 unreadable."""
    from rich.console import Console

    from tunesmith.cli.check_data import check_data

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    try:
        raise SystemExit(check_data(paths or [], console))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None


@data.command("accept")
def accept_data() -> None:
    """Keep the profile of this version of the data for later ones to be compared with."""
    from tunesmith.cli.data import accept

    typer.echo(accept(Path()))


@app.command("set")
def set_dials(settings: list[str]) -> None:
    """Set single dials: tunesmith set predict.batch_size=32 phases.sft.epochs=3."""
    from tunesmith.recipes import apply

    apply(None, settings, PARAMS)
    typer.echo(f"params.yaml: set {', '.join(settings)}")


def main() -> None:
    """Run a command; what the user can mend is one line."""
    prepare_process(dies_with_parent=False)
    try:
        app()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
