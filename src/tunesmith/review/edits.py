"""Lays what a person changed on a proposed row."""

from collections.abc import Mapping
from typing import Any

from tunesmith.review.row_check import checked
from tunesmith.rows import Row, text_of
from tunesmith.text.script import script_language


def edited(row: Row, edits: Mapping[str, Any], where: str) -> Row:
    """Return a copy of a row with the edits laid on it; a column set to None is gone.

    The id goes, as it is one of the content. The language follows the script where that has
    changed and nobody said what it is now.

    Raises:
        UserError: what comes of it is not ready for a round; begins with `where`.
    """
    made = {key: cell for key, cell in {**row, **edits}.items() if cell is not None}
    if edits:
        made.pop("id", None)
    checked(made, where)
    script = script_language(text_of(made))
    if "lang" in made and "lang" not in edits and script != script_language(text_of(row)):
        made["lang"] = script
    return made


def changes(before: Row, after: Row) -> dict[str, Any]:
    """Return the edits that make one row of another: what differs, None for what is gone."""
    names = sorted({*before, *after} - {"id"})
    return {name: after.get(name) for name in names if before.get(name) != after.get(name)}
