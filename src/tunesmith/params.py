"""Reads one section of params.yaml into its model; errors name file, line and key."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError

from tunesmith.component import Component
from tunesmith.errors import UserError

PARAMS_FILE = Path("params.yaml")
MOST_VALUES = 100_000


class Params(Component):
    """A section of params.yaml."""

    @classmethod
    def read(cls, section: str | None = None, path: Path = PARAMS_FILE) -> Self:
        """Return the section of that dotted name (None: the whole file), validated.

        Raises:
            UserError: the file, section or a key is missing, unknown or of the wrong kind;
                the message holds `file:line: key`.
        """
        tree = load_yaml(path)
        keys = section.split(".") if section else []
        return cls.validated(descend(tree, keys, path), tree, keys, path)

    @classmethod
    def validated(cls, data: Any, tree: Any, keys: list[str], path: Path) -> Self:
        """Validate `data`, found in `tree` under `keys`, and turn errors into one clear text."""
        try:
            return cls.model_validate(plain(data))
        except ValidationError as error:
            lines = [_describe(item, tree, keys, path) for item in error.errors()]
            raise UserError("\n".join(dict.fromkeys(lines))) from None


def load_yaml(path: Path) -> Any:
    """Parse a YAML file, keeping line numbers and comments; duplicate keys are refused."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = YAML(typ="rt").load(text)
        _refuse_bombs(tree, path)
        with suppress(ConstructorError):  # a tag, which whoever reads the tree refuses
            YAML(typ="safe").load(text)  # as DVC, which is stricter: {split: ood:law} lacks quotes
        return tree
    except FileNotFoundError:
        where = "; run from the root of the project" if path.name == PARAMS_FILE.name else ""
        raise UserError(f"{path}: no such file{where}") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: not valid YAML: {error.problem}{_hint(error)}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deep; write it flatter") from None


def _hint(error: MarkedYAMLError) -> str:
    """Say what to do about a colon in a bare text, as in {split: ood:law}."""
    return "; put a text that holds one into quotes" if "':'" in str(error.problem) else ""


def _refuse_bombs(tree: Any, path: Path) -> None:
    """Refuse aliases of aliases that unfold to more values than any dials have."""
    sizes: dict[int, int] = {}

    def size(value: Any) -> int:
        if not isinstance(value, Mapping | list):
            return 1
        if id(value) not in sizes:
            parts = value.values() if isinstance(value, Mapping) else value
            sizes[id(value)] = MOST_VALUES + 1  # while it is counted: a tree inside of itself
            sizes[id(value)] = 1 + sum(map(size, parts))
        return sizes[id(value)]

    if size(tree) > MOST_VALUES:
        raise UserError(f"{path}: its aliases (&, *) unfold to more than {MOST_VALUES:,} values")


def descend(tree: Any, keys: list[str], path: Path) -> Any:
    """Return the value under dotted `keys`."""
    value = tree
    for depth, key in enumerate(keys):
        if not isinstance(value, Mapping) or key not in value:
            known = ", ".join(map(str, value)) if isinstance(value, Mapping) else "none"
            where = ".".join(keys[: depth + 1])
            raise UserError(f'{path}: no section "{where}"; sections here: {known}')
        value = value[key]
    return value


def plain(value: Any) -> Any:
    """Strip ruamel's wrappers, so that models hold plain Python values."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


# A rule that holds between keys names the one at fault itself, from where the rule stands.
_OWN_KEY = re.compile(r"([\w@-]+(?:\.[\w@-]+)*): (.*)", re.DOTALL)


def _describe(error: Any, tree: Any, keys: list[str], path: Path) -> str:
    """Return `file:line: key: what is wrong` for one pydantic error."""
    message = error["msg"].removeprefix("Value error, ")
    named = _OWN_KEY.match(message) if error["type"] == "value_error" else None
    inner = named[1].split(".") if named else []
    message = named[2] if named else message
    loc = [*keys, *error["loc"], *inner]
    if error["type"] == "unknown_key":
        loc.append(error["ctx"]["key"])
        message = error["msg"].replace('"?', '"?', 1)
    dotted, line = _locate(tree, loc)
    return f"{path}:{line}: {dotted}: {message}"


def _locate(tree: Any, loc: list[Any]) -> tuple[str, int]:
    """Return the dotted key and the line of the deepest part of `loc` that the file holds.

    pydantic puts the tag of a union between the keys; parts that the file lacks are skipped.
    """
    value: Any = tree
    name, line = "", 1
    for place, part in enumerate(loc):
        rest = ".".join(map(str, loc[place:]))  # a key may hold dots itself
        key = rest if isinstance(value, CommentedMap) and rest in value else part
        if isinstance(value, CommentedMap) and key in value:
            line = value.lc.key(key)[0] + 1
            name = f"{name}.{key}" if name else str(key)
            value = value[key]
            if key == rest:
                break
        elif isinstance(value, CommentedSeq) and isinstance(part, int) and part < len(value):
            line = value.lc.item(part)[0] + 1
            name, value = f"{name}[{part}]", value[part]
    missing = str(loc[-1]) if loc and not name.endswith(str(loc[-1])) else ""
    is_key = missing and isinstance(value, Mapping) and not isinstance(loc[-1], int)
    return (f"{name}.{missing}" if is_key and name else name or missing), line


def read_seed(path: Path = PARAMS_FILE) -> int:
    """Return the one seed of the pipeline, params.yaml's top-level `seed`."""
    seed = descend(load_yaml(path), ["seed"], path)
    if not isinstance(seed, int) or seed < 0:
        raise UserError(f"{path}: seed: a whole number from 0 on, not {seed!r}")
    return seed
