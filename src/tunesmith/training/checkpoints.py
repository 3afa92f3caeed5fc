"""Checkpoints that are whole or not there: a file of hashes, written last, makes one complete.

What is trusted: a checkpoint is made by this project in its own work folder, and its hashes tell
of damage, not of malice. Its weights are safetensors, its states are read by torch with
`weights_only`, so that no code in them runs; the arguments that transformers pickles are not kept.
"""

import os
import shutil
from pathlib import Path

from tunesmith.files import read_json, sha256_file, write_json

SEAL = "complete.json"
PREFIX = "checkpoint-"
STATE = "trainer_state.json"  # transformers' own
PICKLED = "training_args.bin"  # transformers', which nothing reads
ONLY_TRAINING = ("optimizer.pt", "scheduler.pt", "scaler.pt", "rng_state.pth")
KEPT = 2  # newest checkpoints, beside the best of each


def seal(folder: Path) -> None:
    """Make a checkpoint complete: bring its files to the disk, then write down their hashes."""
    (folder / PICKLED).unlink(missing_ok=True)
    hashes = {}
    for path in _files(folder):
        _sync(path)
        hashes[path.relative_to(folder).as_posix()] = sha256_file(path)
    _sync(folder)
    write_json(folder / SEAL, hashes)
    _sync(folder / SEAL)
    _sync(folder)


def damage(folder: Path) -> str | None:
    """Return what is wrong with a checkpoint, or None for a whole one."""
    if not folder.is_dir():
        return "is gone"
    try:
        hashes = read_json(folder / SEAL)
    except FileNotFoundError:
        return "was not finished"
    except ValueError:
        return f"is damaged ({SEAL})"
    for name, expected in sorted(hashes.items()):
        path = folder / name
        if not path.is_file() or sha256_file(path) != expected:
            return f"is damaged ({name})"
    return None


def newest_whole(work: Path) -> Path | None:
    """Return the checkpoint to go on from, and tell of every one that cannot be used.

    Without its best checkpoint one is of no use: the end of the training goes back to that. What
    cannot be used is deleted, and so is what was made after the one that is returned.
    """
    found = by_step(work)
    told = []
    while found:
        if (reason := _unusable(found[-1])) is None:
            break
        told.append(f"{found[-1].name} {reason}")
        shutil.rmtree(found.pop())
    newest = found[-1] if found else None
    way = f"going on from {newest.name}" if newest else "starting again"
    for line in told:
        print(f"{work.name}: {line}; {way}", flush=True)
    return newest


def by_step(work: Path) -> list[Path]:
    """Return the folders of checkpoints, whole or not, by step."""
    return sorted((p for p in work.glob(f"{PREFIX}*") if p.name[len(PREFIX) :].isdigit()), key=step)


def step(folder: Path) -> int:
    """Return the optimizer step after which a checkpoint was made."""
    return int(folder.name.removeprefix(PREFIX))


def best_of(folder: Path) -> Path | None:
    """Return the best checkpoint at the time when this one was made, if any was measured."""
    best = read_json(folder / STATE).get("best_global_step")
    return folder.with_name(f"{PREFIX}{best}") if best else None


def prune(work: Path) -> None:
    """Delete what no resumed training would need: all but the newest two and the best of each."""
    found = by_step(work)
    kept = {path for path in found[-KEPT:] if (path / SEAL).exists()}
    kept |= {best for path in kept if (best := best_of(path))}
    for path in found:
        if path not in kept:
            shutil.rmtree(path)


def keep_last(work: Path, folder: Path) -> None:
    """Move the weights of the last checkpoint to a folder; what only training needs is not kept."""
    last = by_step(work)[-1]
    for name in (*ONLY_TRAINING, SEAL):
        (last / name).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(last, folder)


def size_bytes(folder: Path) -> int:
    """Return what the files of a folder take."""
    return sum(path.stat().st_size for path in _files(folder))


def _unusable(folder: Path) -> str | None:
    """Return why a training cannot go on from a checkpoint, or None."""
    if reason := damage(folder):
        return reason
    best = best_of(folder)
    reason = damage(best) if best and best != folder else None
    return f"cannot be used: its best, {best.name}, {reason}" if best and reason else None


def _files(folder: Path) -> list[Path]:
    """Return every file below a folder, apart from the seal."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SEAL)


def _sync(path: Path) -> None:
    """Wait until a file, or the list of files of a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
