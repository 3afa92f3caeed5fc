"""Shows what another trainer's configuration is in our dials, and lays it on params.yaml."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tunesmith.dialects import Translation, read_config
from tunesmith.errors import UserError
from tunesmith.recipes import dump, lay


def import_config(path: Path, dialect: str | None, write: bool, params: Path) -> None:
    """Print the overlay and what has no counterpart; with `write` lay it on params.yaml.

    Raises:
        UserError: the file cannot be read, or the result would not be valid; params.yaml stays.
    """
    found = read_config(path, dialect)
    console = Console()
    console.print(dump(found.overlay).rstrip(), markup=False, highlight=False, soft_wrap=True)
    if found.lost:
        console.print(table(found))
    if write and found.blocked:
        raise UserError(
            f"{path}: {found.blocked} is no training that a phase can do yet, so nothing was "
            f"written to {params}; take what is shown above by hand"
        )
    if write:
        lay(found.overlay, params)
        console.print(f"{params}: laid on; `git diff {params}` shows how; next: tunesmith pin")
    else:
        console.print(f"nothing is changed; --write lays this on {params}")


def table(found: Translation) -> Table:
    """Return what is lost, one setting a row."""
    columns = ("setting", "value", "why it has no counterpart", "nearest")
    shown = Table(*columns, title="without a counterpart")
    for one in found.lost:
        shown.add_row(one.name, short(one.value), one.why, one.nearest)
    return shown


def short(value: Any) -> str:
    """Return a value in at most 40 characters."""
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
