"""What evaluation finds on real data sets: one trial a file, one page of results each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trial:
    """One data set: how it is run, and what its page shows of the run.

    Attributes:
        name: of the trial and its page.
        title: of the page.
        about: what is run on what, in Markdown.
        run: takes the folder of public data sets and an empty one, which it fills.
        tables: takes the filled folder; returns the parts of the page.
        headline: takes the filled folder; returns the line of the index.
    """

    name: str
    title: str
    about: str
    run: Callable[[Path, Path], None]
    tables: Callable[[Path], list[str]]
    headline: Callable[[Path], str]
