"""What a trained model was made from: enough to rebuild it and to refuse a wrong use."""

from pathlib import Path
from typing import Any

from pydantic import Field

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json
from tunesmith.models.descriptor import Descriptor

FILE_NAME = "manifest.json"


class Manifest(Component):
    """Written beside the weights of every trained model; holds no clock and no machine's path."""

    phase: str
    task: str
    method: dict[str, Any]
    base: Descriptor
    labels: list[str]
    parents: list[str]  # digests of the models that the phase started from and trained with
    data: dict[str, str]  # table → SHA-256
    settings: dict[str, Any]
    template_sha256: str
    tokenizer_sha256: str | None = None  # of what it does; None: trained before it was noted
    code_sha256: str | None = None  # of the code that dvc.yaml names for the phase
    end_tokens: list[str] = Field(default_factory=list)  # where answers end, and generation stops
    seed: int
    rows: dict[str, int]
    trained_tokens: int | None = None  # with a loss, in one pass over the rows; of classes: labels
    metrics: dict[str, float]

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into a folder."""
        write_json(folder / FILE_NAME, self.model_dump(mode="json"))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a trained model."""
        path = folder / FILE_NAME
        if not path.exists():
            raise UserError(f"{path}: no such file; `dvc repro` trains it, `dvc pull` fetches it")
        return cls.model_validate(read_json(path))


def is_trained(folder: Path) -> bool:
    """True for the folder of a trained model, False for one that only describes a base model."""
    return (folder / FILE_NAME).exists()
