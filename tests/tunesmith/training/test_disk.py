"""A full disk is known by what torch, safetensors and the system say of it."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer
from tokenizers.models import BPE

from tunesmith.errors import UserError
from tunesmith.files import is_full
from tunesmith.training.disk import telling_of_a_full_disk

WORDS_OF_SAFETENSORS = "Error while serializing: I/O error: No space left on device (os error 28)"


def test_what_the_system_says() -> None:
    assert is_full(OSError(errno.ENOSPC, "No space left on device", "model.safetensors"))
    assert is_full(OSError(errno.EDQUOT, "Disk quota exceeded"))


def test_what_safetensors_says() -> None:
    assert is_full(SafetensorError(WORDS_OF_SAFETENSORS))


def test_what_tokenizers_says(tmp_path: Path) -> None:
    full = tmp_path / "tokenizer.json"
    full.symlink_to("/dev/full")
    with pytest.raises(Exception, match="os error 28") as caught:
        Tokenizer(BPE()).save(str(full))
    assert type(caught.value) is Exception
    assert is_full(caught.value)


def test_what_torch_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.save({"a": torch.zeros(10**6)}, FullFile())
    assert is_full(caught.value)


class FullFile(io.BytesIO):
    """A file on a disk that has room for 1,000 bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize(
    "error", [OSError(errno.EACCES, "Permission denied"), RuntimeError("shape mismatch")]
)
def test_another_error_is_left_as_it_is(tmp_path: Path, error: Exception) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(type(error)) as caught, telling_of_a_full_disk(folder, lambda: 1):
        raise error
    assert caught.value is error
    assert folder.exists()


def test_folder_bytes_and_way_out_are_named_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint-8"

    def fill(_: Any = None) -> None:
        folder.mkdir()
        (folder / "half").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UserError) as caught, telling_of_a_full_disk(folder, lambda: 12_345_678):
        fill()
    assert str(caught.value).startswith(f"{folder}: no space left on this disk: 12,345,678 bytes")
    assert "dvc gc --workspace" in str(caught.value)
    assert not folder.exists()
