"""LLaMA-Factory's registry of data sets, `dataset_info.json`: each entry is read as it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.params import Params, load_yaml
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.file import FileSource
from tunesmith.sources.hub import HubSource
from tunesmith.sources.layout import Layout, laid_out, named_file, packed


class Columns(Component):
    """Which column of theirs holds what; null where there is none."""

    prompt: str | None = None
    query: str | None = None
    response: str | None = None
    history: str | None = None
    messages: str | None = None
    system: str | None = None
    tools: str | None = None
    images: str | None = None
    videos: str | None = None
    audios: str | None = None
    chosen: str | None = None
    rejected: str | None = None
    kto_tag: str | None = None


class Tags(Component):
    """Keys and role names of the turns, with LLaMA-Factory's defaults."""

    role_tag: str = "from"
    content_tag: str = "value"
    user_tag: str = "human"
    assistant_tag: str = "gpt"
    observation_tag: str = "observation"
    function_tag: str = "function_call"
    system_tag: str = "system"


class Registered(Component):
    """One data set of the registry.

    Source: get_dataset_list and DatasetAttr of LLaMA-Factory, src/llamafactory/data/parser.py.
    """

    file_name: str | None = None
    hf_hub_url: str | None = None
    ms_hub_url: str | None = None
    om_hub_url: str | None = None
    script_url: str | None = None
    cloud_file_name: str | None = None
    formatting: Literal["alpaca", "sharegpt", "openai"] = "alpaca"
    ranking: bool = False
    subset: str | None = None
    split: str = "train"
    folder: str | None = None
    num_samples: PositiveInt | None = None
    columns: Columns | None = None
    tags: Tags | None = None

    def layout(self) -> Layout:
        """Return how its records are laid out."""
        tags = self.tags or Tags()
        roles = {
            tags.user_tag: "user",
            tags.assistant_tag: "assistant",
            tags.observation_tag: "tool",
            tags.function_tag: "function_call",
            tags.system_tag: "system",
        }
        if self.formatting == "openai":
            tags, roles = tags.model_copy(update=OPENAI), {}
        return Layout(self._columns(), tags.role_tag, tags.content_tag, roles)

    def _columns(self) -> dict[str, str]:
        """Return our column names → theirs."""
        if self.columns is None:
            return {}
        named = {key: value for key, value in self.columns.model_dump().items() if value}
        if self.formatting != "alpaca":
            return {"messages": "conversations", **named}
        if set(named) == {"prompt"}:
            return {"text": named["prompt"]}  # texts to go on training with
        return {ALPACA.get(key, key): value for key, value in named.items()}


ALPACA = {"prompt": "instruction", "query": "input", "response": "output"}
OPENAI = {"role_tag": "role", "content_tag": "content"}


class Registry(Params):
    """The whole file."""

    entries: dict[str, Registered]


class DatasetInfoSource(SourceBase):
    """The entries of a `dataset_info.json`; files are looked for beside it.

    Attributes:
        path: of the registry, inside of collect.folder.
        entries: the names to read, in this order; null for all whose files are there.
    """

    kind: Literal["dataset_info"] = "dataset_info"
    path: str
    entries: tuple[str, ...] | None = None

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield the batches of each entry; see `SourceBase.batches`.

        Raises:
            UserError: the registry has unknown keys, or an entry cannot be read from here.
        """
        registry = self._registry(folder)
        names, notes = self._chosen(folder, registry)
        for name in names:
            entry = registry[name]
            for batch in self._source(folder, name, entry).batches(folder):
                yield laid_out(batch, entry.layout(), notes)
                notes = ()

    def _registry(self, folder: Path) -> dict[str, Registered]:
        """Read the registry."""
        path = named_file(folder, self.path, "a dataset_info.json")
        tree = load_yaml(path)
        return Registry.validated({"entries": tree}, {"entries": tree}, [], path).entries

    def _chosen(
        self, folder: Path, registry: dict[str, Registered]
    ) -> tuple[list[str], tuple[str, ...]]:
        """Return the names of the entries to read, and a note about those that are not."""
        if self.entries is not None:
            for name in self.entries:
                if name not in registry:
                    raise UserError(
                        f'{folder / self.path}: no entry "{name}"; entries: {", ".join(registry)}'
                    )
            return list(self.entries), ()
        here = [name for name, entry in registry.items() if self._file(folder, entry)]
        if not here:
            raise UserError(f"{folder / self.path}: no entry has its file here; name `entries:`")
        left = [name for name in registry if name not in here]
        return here, (f"entries without a file here, left out: {', '.join(left)}",) if left else ()

    def _file(self, folder: Path, entry: Registered) -> str | None:
        """Return the path of an entry's file inside of the folder, None if it is not there."""
        if entry.file_name is None:
            return None
        name = packed(folder, (Path(self.path).parent / entry.file_name).as_posix())
        return name if (folder / name).exists() else None

    def _source(self, folder: Path, name: str, entry: Registered) -> FileSource | HubSource:
        """Return the source that reads an entry.

        Raises:
            UserError: it needs code of others or a hub that is not read.
        """
        limits = [limit for limit in (self.limit, entry.num_samples) if limit]
        limit = min(limits, default=None)
        if entry.file_name is not None:
            beside = (Path(self.path).parent / entry.file_name).as_posix()
            return FileSource(path=packed(folder, beside), limit=limit)
        if entry.hf_hub_url is None:
            raise UserError(
                f'{folder / self.path}: entry "{name}" has neither file_name nor hf_hub_url; '
                "scripts and other hubs are not read: save its rows as a file and name that"
            )
        if entry.folder is not None:
            raise UserError(f'{folder / self.path}: entry "{name}": `folder` of a hub is not read')
        return HubSource(
            dataset=entry.hf_hub_url, config=entry.subset, from_split=entry.split, limit=limit
        )
