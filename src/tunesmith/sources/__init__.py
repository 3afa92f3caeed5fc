"""Where examples come from: one file each kind; this union is the registry."""

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from tunesmith.params import Params
from tunesmith.sources.dataset_info import DatasetInfoSource
from tunesmith.sources.entries import EntriesSource
from tunesmith.sources.file import FileSource
from tunesmith.sources.http import HttpSource
from tunesmith.sources.hub import HubSource
from tunesmith.sources.mixture import MixtureSource
from tunesmith.sources.sql import SqlSource

Source: TypeAlias = Annotated[
    DatasetInfoSource
    | EntriesSource
    | FileSource
    | HttpSource
    | HubSource
    | MixtureSource
    | SqlSource,
    Field(discriminator="kind"),
]


class CollectParams(Params):
    """Which sources are read, in this order; `folder` is where relative paths start."""

    folder: Path
    sources: Annotated[list[Source], Field(min_length=1)]
