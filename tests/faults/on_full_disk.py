"""Runs stages on a full disk, each in a fork of one process that has imported the libraries.

Reads JSON from its input: for each stage its name, its command and its outputs, which are there
again when it has ended. Prints JSON: for each its exit code and what it said. The current folder is
the project, on a small disk of its own.
"""

import importlib
import json
import os
import runpy
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIBRARIES = ("pandas", "sklearn", "torch", "transformers", "trl", "peft", "great_expectations")
FILLER = Path("filler").absolute()


def main() -> None:
    """Import what takes long, once; then fork for each stage."""
    for name in LIBRARIES:
        importlib.import_module(name)
    told = {}
    for name, (command, outs) in json.load(sys.stdin).items():
        with gone(outs):
            told[name] = run(name, command)
    print(json.dumps(told))


@contextmanager
def gone(outs: list[str]) -> Iterator[None]:
    """Let outputs be away, as DVC does before a stage; nothing is copied, so it costs no room."""
    paths = [Path(out) for out in outs]
    for path in paths:
        path.rename(f"{path}.whole")
    try:
        yield
    finally:
        for path in paths:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            Path(f"{path}.whole").rename(path)


def run(name: str, command: str) -> tuple[int, str]:
    """Return exit code and errors of a stage that has no byte left to write."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            for stream in (1, 2):
                os.dup2(said.fileno(), stream)
            os.environ["DVC_STAGE"] = name
            fill()
            os._exit(code_of(shlex.split(command)))
        _, status = os.waitpid(child, 0)
        FILLER.unlink()
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode()


def fill() -> None:
    """Write until the disk is full."""
    with FILLER.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return


def code_of(words: list[str]) -> int:
    """Run `python -m MODULE FLAGS` in this process and return its exit code."""
    _, _, module, *flags = words
    sys.argv = [module, *flags]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    main()
