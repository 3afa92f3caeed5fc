"""Two processes that learn together by reinforcement; a script and its words.

One process imports torch and forks; the first of the two prints what it came to.
"""

import json
import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist

from tests.tunesmith.online.training import ROWS, phase
from tunesmith.online.folders import Folders
from tunesmith.online.run import train_online
from tunesmith.training.devices.group import ALONE, Group
from tunesmith.training.run import Trained

OBJECTIVE = {"passes": 1, "answers": 8}  # one optimizer step a step: of the same answers


def learnt(base: Path, work: Path, group: Group = ALONE) -> Trained:
    """Train as one of a group; a step's 8 answers are one batch, or a half each."""
    dials = phase("ppo", OBJECTIVE, per_device_batch_size=8, epochs=2)
    folders = Folders(base, base, Path("rewards"), work)
    return train_online(dials, folders, ROWS, ROWS[:4], seed=0, group=group)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    child = os.fork()
    rank = 1 if child == 0 else 0
    address = f"file://{folder / 'meeting'}"
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    group = Group(rank, 2, rank, 2)
    trained = learnt(folder / "base", folder / "pair" / "rl", group)
    dist.barrier()
    if rank == 1:
        os._exit(0)
    os.waitpid(child, 0)
    weights = {n: w.detach().tolist() for n, w in trained.model.named_parameters()}
    curves = trained.curves[["reward", "kl", "length"]].to_dict("list")
    (folder / "pair.json").write_text(json.dumps({"weights": weights, "curves": curves}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
