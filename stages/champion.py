"""Fetch the champion: the model that a candidate has to beat."""

import re
import shutil
import subprocess
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.files import read_json
from tunesmith.stage import parse_paths, run_stage


def read_pointer(path: Path) -> dict[str, str] | None:
    """Return tag and folder of the champion, or None while nothing has been promoted."""
    pointer = read_json(path)
    tag = pointer.get("tag")
    if tag is None:
        return None
    if not re.fullmatch(r"[\w@.\-/]+", tag) or tag.startswith("-"):
        raise UserError(f"{path}: {tag!r} is no tag")
    return {"tag": tag, "model": str(pointer["model"])}


def fetch(pointer: dict[str, str], champion: Path) -> None:
    """Take the promoted model out of the commit that its tag names, from cache or remote."""
    command = ["dvc", "get", ".", pointer["model"], "--rev", pointer["tag"], "-o", str(champion)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "dvc get failed"
        raise UserError(
            f"champion.json: cannot fetch {pointer['model']} at {pointer['tag']}: {reason}; "
            "`git fetch --tags` and a reachable DVC remote are needed"
        )


def main() -> None:
    """Fetch the promoted model; while there is none, the base model is the champion."""
    paths = parse_paths("--pointer", "--base", "--champion")
    shutil.rmtree(paths.champion, ignore_errors=True)
    pointer = read_pointer(paths.pointer)
    if pointer is None:
        shutil.copytree(paths.base, paths.champion)
        print("champion: none promoted yet, so the base model")
    else:
        paths.champion.parent.mkdir(parents=True, exist_ok=True)
        fetch(pointer, paths.champion)
        print(f"champion: {pointer['model']} at {pointer['tag']}")


if __name__ == "__main__":
    run_stage(main)
