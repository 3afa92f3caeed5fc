"""Reads the folder of behavioural tests: one JSON object a line, one test an object."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from tunesmith.behaviour.checklist import Checklist, import_checklist
from tunesmith.behaviour.dir import Dir
from tunesmith.behaviour.inv import Inv
from tunesmith.behaviour.left_out import LeftOut
from tunesmith.behaviour.mft import Mft
from tunesmith.errors import UserError
from tunesmith.rows import to_json
from tunesmith.text.json_lines import json_lines

AnyTest: TypeAlias = Mft | Inv | Dir
KINDS = ("MFT", "INV", "DIR")
BESIDE = ("README.md", ".gitkeep", ".gitignore")
TEST: TypeAdapter[AnyTest] = TypeAdapter(Annotated[AnyTest, Field(discriminator="kind")])
CHECKLIST = TypeAdapter(Checklist)
T = TypeVar("T")


class Placed(NamedTuple):
    """A test and where it is written."""

    test: AnyTest
    source: str


class Read(NamedTuple):
    """The tests of a folder, and those that an imported file holds and cannot be scored."""

    tests: list[Placed]
    left_out: list[LeftOut]


def read_tests(folder: Path, seed: int) -> Read:
    """Return every test of the folder's `.jsonl` files, files by name, tests in their order.

    Folders inside are not looked into: they hold what lines name, such as CheckList's files.

    Args:
        folder: of the tests.
        seed: of the samples of imported suites.

    Raises:
        UserError: no such folder, a file of another kind, a line that is no test, or a name that
            two tests have; begins with file and line.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; an empty one will do")
    tests: list[Placed] = []
    left_out: list[LeftOut] = []
    for path in _files(folder):
        for source, place, data in _objects(path):
            if "checklist" in data:
                line = _validated(CHECKLIST, data, place)
                found = import_checklist(line, folder, place, seed)
                tests += [Placed(test, source) for test in found.tests]
                left_out += found.left_out
            else:
                tests.append(Placed(_test(data, place), source))
    _refuse_same_names(tests, folder)
    return Read(tests, left_out)


def _files(folder: Path) -> list[Path]:
    """Return the files of tests by name."""
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in BESIDE and path.suffix != ".dvc"
    ]
    for path in files:
        if path.suffix != ".jsonl":
            raise UserError(
                f"{path}: not read; tests are JSON objects, one a line, in a .jsonl file (what a "
                "line names, such as a file of CheckList's, goes into a folder inside)"
            )
    return files


def _objects(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield `name:line`, the place in messages, and the object of each line that is not empty."""
    for number, data in json_lines(path):
        yield f"{path.name}:{number}", f"{path}:{number}", data


def _test(data: dict[str, Any], place: str) -> AnyTest:
    """Return a test in its kind."""
    if data.get("kind") not in KINDS:
        found = f"kind {data['kind']!r}" if "kind" in data else "no kind"
        raise UserError(
            f"{place}: {found}; known: MFT (the answer is known), INV (it must stay), DIR (it must "
            'change), or a line {"checklist": FILE, "labels": {…}}'
        )
    return _validated(TEST, data, place)


def _validated(adapter: TypeAdapter[T], data: dict[str, Any], place: str) -> T:
    """Return a line in its form, or name each key that is wrong."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        lines = [f"{place}: {_described(item)}" for item in error.errors()]
        raise UserError("\n".join(dict.fromkeys(lines))) from None


def _described(error: Any) -> str:
    """Return `key: what is wrong`, without the forms that pydantic puts among the keys."""
    parts = [str(part) for part in error["loc"] if part not in KINDS and "[" not in str(part)]
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "list_type" and isinstance(error["input"], str):
        message = f"a list is wanted: {to_json([error['input']])}"
    return ": ".join(filter(None, [".".join(parts), message]))


def _refuse_same_names(tests: list[Placed], folder: Path) -> None:
    """Refuse a name that two tests have: results are told apart by it."""
    seen: dict[str, str] = {}
    for test, source in tests:
        if test.test in seen:
            raise UserError(
                f'{folder}/{source}: a test "{test.test}" is in {seen[test.test]} already; give it '
                "another name"
            )
        seen[test.test] = source
