"""Data sets of the Hugging Face hub, or a local folder of the same layout; no remote code runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from tunesmith.errors import UserError
from tunesmith.sources.base import Batch, Digest, Facts, Items, SourceBase


class HubSource(SourceBase):
    """A data set by its id (`owner/name`), or a folder of Parquet, JSONL or CSV files.

    Attributes:
        dataset: id on the hub, or a folder inside of collect.folder.
        config: the data set's configuration, where it has several.
        from_split: the hub's name of the part to take; `split` says what it is for us.
        revision: commit or tag to take; without one the newest is taken and may change.
    """

    kind: Literal["hub"] = "hub"
    dataset: str
    config: str | None = None
    from_split: str = "train"
    revision: str | None = None

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield the data set as one batch; see `SourceBase.batches`."""
        found = self._loaded(folder)
        notes = (
            ()
            if self.revision or (folder / self.dataset).is_dir()
            else (
                "no revision: a newer data set would be taken in silence; pin one in params.yaml",
            )
        )

        def read() -> Items:
            digest = Digest()
            for number, record in enumerate(found, start=1):
                digest.add(record)
                yield number, record
            return Facts(str(digest), notes=notes)

        yield Batch(f"{self.dataset}/{self.config or 'default'}/{self.from_split}", read)

    def _loaded(self, folder: Path) -> Any:
        """Load the rows; they stay on the disk, where `datasets` keeps them.

        Raises:
            UserError: the hub cannot be reached, or has no such data set, configuration or split.
        """
        from datasets import load_dataset

        local = folder / self.dataset
        path = str(local) if local.is_dir() else self.dataset
        try:
            found = load_dataset(path, self.config, split=self.from_split, revision=self.revision)
        except (OSError, ValueError) as error:
            raise UserError(self._trouble(error)) from None
        return found if self.limit is None else found.select(range(min(self.limit, len(found))))

    def _trouble(self, error: Exception) -> str:
        """Say what to do when a data set does not load."""
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return (
            f'data set "{self.dataset}" (config {self.config or "default"}, split '
            f'"{self.from_split}"): {first}. Check id, config and split; without a network put '
            "its files in a folder inside of collect.folder and name that as `dataset:`"
        )
