"""Lists the recipes with the comment that each begins with."""

from pathlib import Path

from rich.console import Console
from rich.table import Table


def describe(folder: Path) -> None:
    """Print one line a recipe."""
    table = Table("recipe", "what it is for", title="tunesmith recipe apply NAME")
    for path in sorted(folder.glob("*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        table.add_row(path.stem, first.lstrip("# "))
    Console().print(table)
