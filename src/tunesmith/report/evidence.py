"""All that the reports are made from, read once."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tunesmith.errors import UserError
from tunesmith.files import read_json

Tree: TypeAlias = dict[str, Any]
Lines: TypeAlias = list[dict[str, str]]


@dataclass(frozen=True)
class DataEvidence:
    """What the data stages counted."""

    manifest: Tree
    clean: Tree
    split: Tree
    augment: Tree
    validation: Tree


@dataclass(frozen=True)
class ResultEvidence:
    """What the models did, what it cost, and what the gate made of it."""

    metrics: Tree
    comparisons: Tree
    behaviour: Tree
    verdict: Tree
    efficiency: dict[str, Tree]  # file → numbers
    candidate: str  # the folder's name, which is the phase's


@dataclass(frozen=True)
class Evidence(DataEvidence, ResultEvidence):
    """The outputs of all earlier stages."""

    exam: Tree
    scores: Lines
    findings: Tree
    slices: Lines
    hardest: list[Tree]
    curves: dict[str, Lines]  # phase → lines of its CSV
    base: Tree
    model: Tree
    weights: dict[str, str]  # file of the candidate → SHA-256; none of a base model
    sequence: Tree = field(default_factory=dict)  # of tasks learnt one after another; often none


def read_tree(path: Path) -> Tree:
    """Read a JSON object.

    Raises:
        UserError: the file is missing or holds something else.
    """
    try:
        tree = read_json(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; `dvc repro` makes it") from None
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    if not isinstance(tree, dict):
        raise UserError(f"{path}: an object is expected, not a {type(tree).__name__}")
    return tree


def read_lines(path: Path) -> Lines:
    """Read a CSV with a header."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_records(path: Path) -> list[Tree]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def read_folder(folder: Path, suffix: str) -> dict[str, Path]:
    """Return name → path of the files of a folder, sorted; a missing folder holds none."""
    return {path.stem: path for path in sorted(folder.glob(f"*{suffix}"))}
