"""Data set entries of axolotl (`datasets:`) and of TRL or the alignment handbook (mixtures)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.params import Params, load_yaml
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.file import FileSource
from tunesmith.sources.hub import HubSource
from tunesmith.sources.layout import Layout, drawn, laid_out, named_file, packed

ASSISTANT = frozenset({"assistant", "gpt", "model"})


class Fields(Component):
    """Axolotl's own prompt type: which column holds what; its formats are the chat template's."""

    field_system: str | None = None
    field_instruction: str | None = None
    field_input: str | None = None
    field_output: str | None = None


class Keys(Component):
    """Which keys of a message hold what."""

    role: str = "role"
    content: str = "content"


class DatasetEntry(Component):
    """One data set; the keys of axolotl, TRL and the alignment handbook.

    Attributes:
        path: file, folder or hub id; the alignment handbook calls it `id`.
        type: axolotl's prompt type. `completion` is plain text; of the others the shape of the
            records decides.
        name: configuration on the hub, also `config`.
        columns: names to keep, or our name → theirs.
        weight: the share of the rows to take.
        roles_to_train: only the assistant's can be.
    """

    path: str | None = None
    id: str | None = None
    type: Literal["alpaca", "sharegpt", "chat_template", "completion"] | Fields | None = None
    name: str | None = None
    config: str | None = None
    split: str = "train"
    revision: str | None = None
    data_files: str | list[str] | None = None
    ds_type: Literal["json", "csv", "text", "parquet"] | None = None
    field: str = "text"
    field_messages: str | None = None
    field_chosen: str | None = None
    field_rejected: str | None = None
    field_system: str | None = None
    field_tools: str | None = None
    message_property_mappings: Keys | None = None
    message_field_role: str | None = None
    message_field_content: str | None = None
    message_field_training: str | None = None
    roles: dict[str, list[str]] | None = None
    roles_to_train: list[str] | None = None
    train_on_eos: Literal["turn"] | None = None
    columns: list[str] | dict[str, str] | None = None
    weight: float = Field(1.0, gt=0, le=1)
    trust_remote_code: Literal[False] = False

    @model_validator(mode="after")
    def _is_possible(self) -> "DatasetEntry":
        """Refuse an entry without one path, and one that trains the user's turns."""
        if (self.path is None) == (self.id is None):
            raise ValueError("give either path or id")
        odd = (
            set(self.roles_to_train or [])
            - ASSISTANT
            - set((self.roles or {}).get("assistant", []))
        )
        if odd:
            raise ValueError(f"roles_to_train: {', '.join(sorted(odd))}: only answers are trained")
        return self

    def layout(self) -> Layout:
        """Return how its records are laid out."""
        keys = self.message_property_mappings or Keys()
        named = {theirs: ours for ours, many in (self.roles or {}).items() for theirs in many}
        return Layout(
            self._columns(),
            self.message_field_role or keys.role,
            self.message_field_content or keys.content,
            named,
            self.message_field_training or "train",
        )

    def _columns(self) -> dict[str, str]:
        """Return our column names → theirs."""
        if self.columns is not None:
            named = self.columns
            return dict(named) if isinstance(named, dict) else {name: name for name in named}
        if self.type == "completion":
            return {"text": self.field}
        found = {
            "messages": self.field_messages,
            "chosen": self.field_chosen,
            "rejected": self.field_rejected,
            "system": self.field_system,
            "tools": self.field_tools,
        }
        if isinstance(self.type, Fields):
            names = {"system": "field_system", "instruction": "field_instruction"}
            names |= {"input": "field_input", "output": "field_output"}
            found |= {ours: getattr(self.type, field) for ours, field in names.items()}
        return {ours: theirs for ours, theirs in found.items() if theirs is not None}

    def sources(self, folder: Path, limit: int | None) -> list[FileSource | HubSource]:
        """Return the sources that read it: files inside of the folder, else the hub."""
        path = str(self.path or self.id)
        files = [self.data_files] if isinstance(self.data_files, str) else self.data_files
        if files is not None:
            start = Path() if path in {"json", "csv", "text", "parquet"} else Path(path)
            names = [packed(folder, (start / file).as_posix()) for file in files]
            return [FileSource(path=name, limit=limit) for name in names]
        if (folder / packed(folder, path)).is_file():
            return [FileSource(path=packed(folder, path), limit=limit)]
        config = self.name or self.config
        return [
            HubSource(
                dataset=path,
                config=config,
                from_split=self.split,
                revision=self.revision,
                limit=limit,
            )
        ]


class Mixture(Params):
    """Data sets that are read one after the other; the seed draws those with a weight."""

    datasets: list[DatasetEntry] = Field(min_length=1)
    seed: int = 0


class EntriesSource(SourceBase):
    """Entries written here (`datasets:`), or those of a file (`path:`), one of the two.

    Of the file only `datasets` is read, or `dataset_mixture`; what else it holds is about training.
    """

    kind: Literal["entries"] = "entries"
    path: str | None = None
    datasets: list[DatasetEntry] | None = None

    @model_validator(mode="after")
    def _has_one(self) -> "EntriesSource":
        """Refuse neither and both."""
        if (self.path is None) == (self.datasets is None):
            raise ValueError("give either path (of a file with entries) or datasets")
        return self

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield the batches of each entry; see `SourceBase.batches`."""
        mixture = self._mixture(folder)
        for entry in mixture.datasets:
            for source in entry.sources(folder, self.limit):
                for batch in source.batches(folder):
                    yield drawn(laid_out(batch, entry.layout()), entry.weight, mixture.seed)

    def _mixture(self, folder: Path) -> Mixture:
        """Return the entries.

        Raises:
            UserError: the file is not there, holds none, or has keys that nobody knows.
        """
        if self.datasets is not None:
            return Mixture(datasets=self.datasets)
        path = named_file(folder, str(self.path), "a YAML file with `datasets:`")
        tree: Any = load_yaml(path)
        if isinstance(tree, dict) and "dataset_mixture" in tree:
            return Mixture.validated(tree["dataset_mixture"], tree, ["dataset_mixture"], path)
        if not isinstance(tree, dict) or "datasets" not in tree:
            raise UserError(f"{path}: neither `datasets:` nor `dataset_mixture:`")
        return Mixture.validated({"datasets": tree["datasets"]}, tree, [], path)
