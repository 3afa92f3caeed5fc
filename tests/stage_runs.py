"""A stage run inside the tests' own process, which has loaded the heavy libraries once."""

import importlib
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from tunesmith.errors import UserError


def run_here(folder: Path, stage: str, words: str) -> "CompletedProcess[str]":
    """Return what a process of its own would: code, output, and errors as `run_stage` tells them.

    Args:
        folder: that the stage runs in.
        stage: name of its module under `stages`.
        words: its command line.
    """
    main = importlib.import_module(f"stages.{stage}").main
    out, code, error = StringIO(), 0, ""
    argv = [stage, *words.split()]
    with chdir(folder), patch.object(sys, "argv", argv), redirect_stdout(out):
        try:
            main()
        except UserError as told:
            code, error = 1, f"error: {told}\n"
    return CompletedProcess(argv, code, out.getvalue(), error)
