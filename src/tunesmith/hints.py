"""Hands what params.yaml says about a source to the importers, which know no sources."""

from tunesmith.importers.records import Hints
from tunesmith.sources.base import SourceBase


def hints_of(source: SourceBase) -> Hints:
    """Return what params.yaml says about the records of a source."""
    return Hints(
        task=source.task,
        split=source.split,
        lang=source.lang,
        licence=source.licence,
        columns=source.columns,
        labels=source.labels,
    )
