"""Rows of a table, each measured in a process of its own, so that none has another's memory."""

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

MARK = "MEASURED "


def tell(row: Any) -> None:
    """Print a dataclass for the process that waits for it."""
    print(MARK + json.dumps(asdict(row)))


def measured_apart(
    module: str, *words: str, processes: int = 1
) -> tuple[dict[str, Any] | None, str]:
    """Return what a module tells when it is started with these words, and how its stderr ends.

    Several processes are started by PyTorch's launcher; one of them tells.
    """
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    started = [*(launcher if processes > 1 else []), "-m", module, *words]
    done = subprocess.run([sys.executable, *started], capture_output=True, text=True, check=False)
    told = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    return (json.loads(told[-1]) if told else None), " ".join(done.stderr.split()[-30:])
