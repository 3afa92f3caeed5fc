"""Lays a recipe, a small overlay of params.yaml, on the dials; comments and order stay."""

import io
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import RoundTripEmitter

from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.files import write_text
from tunesmith.params import load_yaml
from tunesmith.rewards.params import RewardParams
from tunesmith.sequence import SequenceParams

# a recipe's phases are all the phases, and so with combinations of them and a sequence
MADE_OF_PHASES = ("combine", "personalise")
REPLACED = {"phases", *MADE_OF_PHASES, "steps"}
COMPARED = {"base", "candidate", "champion"}  # models that are always there


def find_recipe(name: str, folder: Path) -> Path:
    """Return the file of a recipe; errors name the known ones."""
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise UserError(f'{folder}: no recipe "{name}"; known: {", ".join(known) or "none"}')
    return folder / f"{name}.yaml"


def apply(overlay: Path | None, settings: list[str], params: Path) -> None:
    """Lay an overlay and single `key=value` settings on a params file, if the result is valid.

    Raises:
        UserError: the result would not be valid; the file is left as it was.
    """
    tree = load_yaml(params)
    if overlay is not None:
        _lay(tree, load_yaml(overlay))
    for setting in settings:
        _set(tree, setting)
    _write_valid(tree, params)


def lay(overlay: Mapping[str, Any], params: Path) -> None:
    """Lay an overlay that is no file on a params file; errors are those of `apply`."""
    tree = load_yaml(params)
    _lay(tree, overlay)
    _write_valid(tree, params)


def turn(dials: Mapping[str, Any], params: Path) -> None:
    """Set dials by their dotted paths in a params file, if the result is valid.

    A mapping takes the place of what was there; a list counts from 0.

    Raises:
        UserError: the result would not be valid; the file is left as it was.
    """
    tree = load_yaml(params)
    for path, value in dials.items():
        *above, last = path.split(".")
        place = tree
        for part in above:
            place = place[int(part) if isinstance(place, list) else part]
        place[int(last) if isinstance(place, list) else last] = value
    _write_valid(tree, params)


def _write_valid(tree: Any, params: Path) -> None:
    """Write the dials, if they are valid."""
    text = dump(tree)
    fresh = YAML(typ="rt").load(text)
    Dials.validated(fresh, fresh, [], params)
    write_text(params, text)


def merge(target: Any, overlay: Any) -> None:
    """Lay `overlay` on `target` in place.

    Mappings merge key by key; lists, phases and mappings of another `kind` are replaced.
    """
    for key, value in overlay.items():
        old = target.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and _merges(key, old, value):
            merge(old, value)
        else:
            target[key] = value


def _lay(tree: Any, overlay: Mapping[str, Any]) -> None:
    """Lay an overlay on all dials; with its phases goes what was said of those before."""
    merge(tree, overlay)
    if "phases" in overlay:
        if "limits" not in overlay.get("gate", {}):
            tree["gate"].pop("limits", None)
        if "reward" in tree and "reward" not in overlay:
            tree["reward"] = RewardParams().model_dump(mode="json", by_alias=True)
        for section in MADE_OF_PHASES:
            if tree.get(section) and section not in overlay:
                tree[section] = {}
    _let_go(tree)


def _let_go(tree: Any) -> None:
    """Take out the models of what is gone, a sequence that named them, and its limit."""
    models = tree.get("models") or {}
    made = [name for section in ("phases", *MADE_OF_PHASES) for name in tree.get(section) or {}]
    for name in [name for name in models if name not in COMPARED]:
        if models[name].get("of") not in {"base", "champion", *made}:
            del models[name]
    sequence = tree.get("sequence") or {}
    if set(sequence.get("steps") or {}) - set(models):
        sequence["steps"] = {}
    if sequence and not sequence["steps"]:
        sequence |= SequenceParams().model_dump(include=set(sequence))
        tree["gate"].pop("forgetting", None)


def _merges(key: str, old: Any, new: Any) -> bool:
    """True when two mappings describe the same thing, so that their keys belong together."""
    return key not in REPLACED and old.get("kind") == new.get("kind", old.get("kind"))


def _set(tree: Any, setting: str) -> None:
    """Set one dotted key, whose value is read as YAML."""
    name, equals, value = setting.partition("=")
    if not equals:
        raise UserError(f"--set {setting}: write key=value, for example predict.batch_size=32")
    *path, last = re.findall(r"[^.\[\]]+|\[\w+\]", name)
    for part in path:
        tree = tree[_place(tree, part, name)]
    if last.startswith("["):
        last = _place(tree, last, name)
    elif not isinstance(tree, Mapping):
        raise UserError(f"--set {name}: not a key of a section")
    tree[last] = YAML(typ="rt").load(value)


def _place(tree: Any, part: str, name: str) -> Any:
    """Return the key or position in `tree` that one part of a dotted name means.

    `clean.steps[2]` counts from 0, `clean.steps[length]` names the kind of the only such step.
    """
    if isinstance(tree, list) and part.startswith("["):
        word = part[1:-1]
        if word.isdigit() and int(word) < len(tree):
            return int(word)
        kinds = [item.get("kind") if isinstance(item, Mapping) else None for item in tree]
        if kinds.count(word) == 1:
            return kinds.index(word)
        raise UserError(f"--set {name}: {part} fits {kinds.count(word)} of: {_kinds(kinds)}")
    if isinstance(tree, Mapping) and part in tree:
        return part
    raise UserError(f'--set {name}: no section "{part}"')


def _kinds(kinds: list[Any]) -> str:
    """Return the positions and kinds of a list's items in words."""
    return ", ".join(f"[{place}] {kind or '-'}" for place, kind in enumerate(kinds)) or "nothing"


class _ReadByDvc(RoundTripEmitter):
    """Quotes a text with a colon inside of {} and []: without, DVC's parser refuses the file."""

    def choose_scalar_style(self) -> Any:
        """Return the style of the text at hand."""
        style = super().choose_scalar_style()
        plain = not style and self.flow_level and ":" in self.event.value
        return "'" if plain else style


def dump(tree: Any) -> str:
    """Return YAML with the comments that the tree was read with, spaced by section."""
    yaml = YAML(typ="rt")
    yaml.Emitter = _ReadByDvc
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    yaml.dump(tree, buffer)
    return _spaced(buffer.getvalue())


def _spaced(text: str) -> str:
    """Put one blank line before each section and none inside; a comment stays on its section.

    ruamel keeps a blank line with what stood before it, so a replaced part takes it along.
    """
    lines = text.strip("\n").split("\n")
    spaced = lines[:1]
    for before, line in pairwise(lines):
        begins = re.match(r"[\w-]+:|#", line) and not (before.startswith("#") and line)
        if begins and spaced[-1]:
            spaced.append("")
        if line:
            spaced.append(line)
    return "\n".join(spaced) + "\n"
