"""Reads a file that is only added to; a last line that a crash tore off is no broken file."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from tunesmith.errors import UserError

Line = TypeVar("Line", bound=BaseModel)


class Lines(NamedTuple, Generic[Line]):
    """What the lines of one file say, in their order.

    Attributes:
        said: one a line.
        whole: bytes that hold them, up to and with a newline.
        torn: what stands behind the last newline and is no line.
        unended: True if the last line lacks its newline.
    """

    said: list[Line]
    whole: int
    torn: bytes
    unended: bool


def read_lines(path: Path, parse: Callable[[bytes, str], Line]) -> Lines[Line]:
    """Return what a file holds; one that is not there holds nothing.

    Args:
        path: of the file.
        parse: a line and its place, `file:line`; raises `UserError` for a line that is none.

    Raises:
        UserError: a line before the last is none.
    """
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    lines = data[:whole].split(b"\n")[:-1]
    said = [parse(line, f"{path}:{number}") for number, line in enumerate(lines, start=1)]
    try:
        last = [parse(data[whole:], f"{path}:{len(lines) + 1}")] if whole < len(data) else []
    except UserError:
        return Lines(said, whole, data[whole:], False)
    return Lines([*said, *last], len(data), b"", bool(last))


def parsed(kind: type[Line], line: bytes, where: str, name: str) -> Line:
    """Return the JSON of a line as a model.

    Raises:
        UserError: it is none; says `where`, and what a line should be by `name`.
    """
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise UserError(
            f"{where}: no {name}: {first_fault(error)}; restore the file from git or DVC, or take "
            "the line out"
        ) from None


def first_fault(error: ValidationError) -> str:
    """Return where the first fault of a model is, and what it is."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else str(said)
