"""The small file that stands for a base model: where it is and the hashes of what is in it."""

import json
from pathlib import Path

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.files import read_json, sha256_file, sha256_text, write_json

WEIGHTS = "*.safetensors"
KEPT = (WEIGHTS, "*.json", "*.jinja", "*.txt", "*.model", "*.spm", "*.tiktoken")
FILE_NAME = "base.json"


class Descriptor(Component):
    """A base model, identified by its content."""

    model: str
    revision: str | None
    digest: str
    files: dict[str, str]
    chat_template: str | None
    trust_remote_code: bool

    def write(self, folder: Path) -> None:
        """Write `base.json` into a folder."""
        write_json(folder / FILE_NAME, self.model_dump())

    @classmethod
    def read(cls, folder: Path) -> "Descriptor":
        """Read the descriptor that stage `base` wrote."""
        path = folder / FILE_NAME
        if not path.exists():
            raise UserError(f"{path}: no such file; `dvc repro base` makes it")
        return cls.model_validate(read_json(path))


def hash_files(folder: Path) -> dict[str, str]:
    """Return name → SHA-256 of every file of a model that decides what it computes.

    Raises:
        UserError: the folder is missing, or holds no safetensors weights.
    """
    if not folder.is_dir():
        raise UserError(
            f"params.yaml: base.model: {folder} is no folder; give the folder of a model "
            "or the id of one on the hub (organisation/name)"
        )
    names = sorted({path.name for pattern in KEPT for path in folder.glob(pattern)})
    if not any(name.endswith(".safetensors") for name in names):
        raise UserError(f"{folder}: {_why_no_weights(folder)}")
    return {name: sha256_file(folder / name) for name in names}


def _why_no_weights(folder: Path) -> str:
    """Say whether weights are missing or only in a format that can run code."""
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth")):
        return (
            "only pickle weights, which can run code when opened; where you trust them, write "
            "safetensors once: AutoModel.from_pretrained(OLD).save_pretrained(NEW), with the "
            "AutoModel class of your task, and the tokenizer likewise"
        )
    return "no *.safetensors file; is this the folder of a model?"


def digest_of(files: dict[str, str]) -> str:
    """Return one SHA-256 over names and hashes."""
    return sha256_text(json.dumps(files, sort_keys=True))
