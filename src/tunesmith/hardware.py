"""Section `hardware` of params.yaml: how many processes train, on how many machines, and how."""

from pathlib import Path
from typing import Literal

from pydantic import PositiveInt, model_validator

from tunesmith.params import PARAMS_FILE, Params, load_yaml

SECTION = "hardware"


class Hardware(Params):
    """What a training runs on. No stage depends on it: the same data and dials, another machine.

    Attributes:
        processes: on each host; `auto` is one for each GPU; null is one, or as many as the
            launcher that started the stage has made.
        hosts: that train together; null is one, or what the launcher says. The stage is started
            on each of them.
        strategy: `ddp`, the whole model in each process, or `fsdp2`, a part of it in each.
        threads: of each process; null shares the cores of the host among its processes.
    """

    processes: PositiveInt | Literal["auto"] | None = None
    hosts: PositiveInt | None = None
    strategy: Literal["ddp", "fsdp2"] = "ddp"
    threads: PositiveInt | None = None

    @model_validator(mode="after")
    def _shards_over_something(self) -> "Hardware":
        """Refuse shards of which there is only one."""
        if self.strategy == "fsdp2" and self.processes == 1 and self.hosts in (None, 1):
            raise ValueError("strategy: fsdp2 shards over processes, and there is one; take ddp")
        return self


def read_hardware(path: Path = PARAMS_FILE) -> Hardware:
    """Return the section; without it, or without the file, this machine in one process."""
    tree = load_yaml(path) if path.exists() else None
    if not tree or SECTION not in tree:
        return Hardware()
    return Hardware.validated(tree[SECTION] or {}, tree, [SECTION], path)
