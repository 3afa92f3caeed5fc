"""A disk that has no room for what is being saved: one line with the folder and the bytes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.files import is_full


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


def weights_bytes(model: Any) -> int:
    """Return what a model's saved weights take: all of them, or those that an adapter trains."""
    whole = not hasattr(model, "peft_config")
    saved = [w for w in model.parameters() if whole or w.requires_grad]
    return sum(w.numel() * w.element_size() for w in saved)
