"""Predictions of a model that has two names: base and champion, until something is promoted.

The name that made them makes them anew, so that a forced run is one.
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
    files = sha256_tree({"model": model, "tunesmith": Path(tunesmith.__file__).parent})
    own = [files, sha256_file(rows), settings, [version(name) for name in LIBRARIES]]
    return sha256_text(json.dumps(own, sort_keys=True))


def take(kept: Path, name: str, outputs: dict[str, Path]) -> str | None:
    """Copy the outputs that another name of this model has left, and return that name.

    Args:
        kept: folder of a key.
        name: that asks; what it has left itself is not taken.
        outputs: where to, by the names under which they were kept.
    """
    mark = kept / MADE_BY
    if not mark.exists() or (maker := str(read_json(mark)["name"])) == name:
        return None
    for what, output in outputs.items():
        with replacing(output) as temporary:
            shutil.copyfile(kept / what, temporary)
    return maker


def keep(kept: Path, name: str, outputs: dict[str, Path]) -> None:
    """Keep the outputs of a name for other names of the same model; see `take`."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for what, output in outputs.items():
        shutil.copyfile(output, kept / what)
    write_json(kept / MADE_BY, {"name": name})
    others = [path for path in kept.parent.iterdir() if path != kept]  # whatever the clock says
    for old in sorted(others, key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
        shutil.rmtree(old)
