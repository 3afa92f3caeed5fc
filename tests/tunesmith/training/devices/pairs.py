"""Runs `pair.py` of a folder, which starts two processes that train on this machine."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def run_pair(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Return how it ended; packages that lie on this process's path are found too."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "pair.py", str(folder), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
