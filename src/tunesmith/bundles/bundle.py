"""The folder of several adapters: `bundle.json`, a folder for each, and perhaps a classifier."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from tunesmith.bundles.rule import Rule, told
from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json, write_text
from tunesmith.models.load import BUNDLE as FILE_NAME
from tunesmith.rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSIFIER = "classifier.safetensors"


class Bundle(Component):
    """Written last into the folder of a bundle; its members are folders beside it."""

    name: str
    members: list[str] = Field(min_length=1)
    rule: Rule
    parents: list[str] = Field(default_factory=list)  # digests of what it was made of
    settings: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Bundle":
        """Read `bundle.json`."""
        return cls.model_validate(read_json(folder / FILE_NAME))

    def routes(self, folder: Path, rows: list[Row]) -> list[str]:
        """Return the member that answers each row."""
        if not self.rule.classes:
            return [self.rule.of(row) for row in rows]
        from safetensors.numpy import load_file

        return told(rows, load_file(folder / CLASSIFIER)["weights"], self.rule.classes)

    def place(self, folder: Path, member: str) -> Path:
        """Return the folder of a member.

        Raises:
            UserError: there is no such member.
        """
        if member not in self.members:
            known = ", ".join(self.members)
            raise UserError(f'{folder}: holds no adapter "{member}"; known: {known}')
        return folder / member


def is_bundle(folder: Path) -> bool:
    """True for a folder of several adapters."""
    return (folder / FILE_NAME).exists()


def write_bundle(
    bundle: Bundle,
    members: dict[str, Path],
    out: Path,
    classifier: "NDArray[Any] | None" = None,
) -> None:
    """Copy members and write what they are and, last, `_SUCCESS`."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, folder in members.items():
        shutil.copytree(folder, out / name)
    if classifier is not None:
        from safetensors.numpy import save_file

        save_file({"weights": classifier}, out / CLASSIFIER)
    write_json(out / FILE_NAME, bundle.model_dump(mode="json"))
    write_text(out / "_SUCCESS", "")
