"""A disk that has no room for what is being saved: one line with the folder and the bytes."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError

FULL = {errno.ENOSPC, errno.EDQUOT}
MARKS = ("No space left", "os error 28", "Disk quota exceeded", "os error 122")
TORCH_WRITES = "inline_container.cc"  # all that torch.save says of a write that failed


@contextmanager
def telling_of_a_full_disk(folder: Path, needed_bytes: Callable[[], int]) -> Iterator[None]:
    """Take back a folder that the disk has no room for.

    Args:
        folder: that the block writes; it is deleted when the disk is full.
        needed_bytes: says what the folder takes when it is whole.

    Raises:
        UserError: names the folder, the bytes needed and free, and the way out.
    """
    try:
        yield
    except Exception as error:  # tokenizers raises a bare one
        if not is_full(error):
            raise
        shutil.rmtree(folder, ignore_errors=True)
        free = shutil.disk_usage(folder.parent).free
        raise UserError(
            f"{folder}: no space left on this disk: {needed_bytes():,} bytes are needed, {free:,} "
            "are free; free some (`dvc gc --workspace` removes cached results that dvc.lock no "
            "longer names), then run again"
        ) from None


def is_full(error: BaseException) -> bool:
    """True for an error of a full disk; torch, safetensors and tokenizers say it only in words."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(mark in str(error) for mark in (*MARKS, TORCH_WRITES))


def weights_bytes(model: Any) -> int:
    """Return what a model's saved weights take: all of them, or those that an adapter trains."""
    whole = not hasattr(model, "peft_config")
    saved = [w for w in model.parameters() if whole or w.requires_grad]
    return sum(w.numel() * w.element_size() for w in saved)
