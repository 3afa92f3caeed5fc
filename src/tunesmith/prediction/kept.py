"""Predictions of a model that has two names: base and champion, until something is promoted.

A model that is predicted again under its own name is predicted anew, so that a forced run is one.
"""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tunesmith
from tunesmith.files import read_json, replacing, sha256_file, sha256_text, sha256_tree, write_json

KEPT = 8  # models, the newest
MADE_BY = "made_by.json"  # is written last
LIBRARIES = ("torch", "transformers", "peft")


def key_of(model: Path, rows: Path, settings: dict[str, Any]) -> str:
    """Return what decides the predictions: model, rows, dials, code and libraries.

    Args:
        model: folder of the model; a base is its descriptor, which holds the digest of its weights.
        rows: file of the frozen rows.
        settings: dials of the stage and the seed.
    """
    library = Path(tunesmith.__file__).parent
    code = sha256_tree({"model": model, "tunesmith": library})
    own = [code, sha256_file(rows), settings, [version(name) for name in LIBRARIES]]
    return sha256_text(json.dumps(own, sort_keys=True))


def take(kept: Path, name: str, outputs: list[Path]) -> str | None:
    """Copy the outputs that another name of this model has left, and return that name.

    Args:
        kept: folder of a key.
        name: that asks; what it has left itself is not taken.
        outputs: in the order in which they were kept.
    """
    mark = kept / MADE_BY
    if not mark.exists() or (maker := str(read_json(mark)["name"])) == name:
        return None
    for output in outputs:
        with replacing(output) as temporary:
            shutil.copyfile(kept / output.suffix, temporary)
    return maker


def keep(kept: Path, name: str, outputs: list[Path]) -> None:
    """Keep the outputs of a name, each of another suffix, for other names of the same model."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for output in outputs:
        shutil.copyfile(output, kept / output.suffix)
    write_json(kept / MADE_BY, {"name": name})
    newest = sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in newest[:-KEPT]:
        shutil.rmtree(old)
