"""Removes headers and footers: the first or last line that many texts of one file share."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.fields import field_of
from tunesmith.rows import Row, to_rows

if TYPE_CHECKING:
    import pandas as pd

MIN_LINES = 3  # what is left must still be a text
Edge = tuple[str | None, int, str]


class RepeatedEdges(Cleaner):
    """Rewrite plain texts (`task: text`) without the first and last lines they share.

    A line is a header or footer if at least `min_rows` texts of a file, and `min_ratio` of them,
    begin or end with it. Questions and answers are no pages: theirs stay.
    """

    kind: Literal["repeated_edges"] = "repeated_edges"
    min_rows: Annotated[int, Field(ge=2)] = 5
    min_ratio: Annotated[float, Field(gt=0, le=1)] = 0.05

    def __call__(self, rows: "pd.DataFrame", seed: int) -> Verdicts:  # noqa: ARG002
        """Return a rewrite for each text that has lost a line; the score is how many."""
        records = to_rows(rows)
        files = [field_of(row, "source") for row in records]
        texts = {k: row["text"].split("\n") for k, row in enumerate(records) if _is_page(row)}
        pages = Counter(files[k] for k in texts)
        left = dict(texts)
        while common := self._common(left, files, pages):
            left = {k: _trimmed(lines, files[k], common) for k, lines in left.items()}
        verdicts: Verdicts = [None] * len(records)
        for k, lines in left.items():
            if lost := len(texts[k]) - len(lines):
                row = {**records[k], "text": "\n".join(lines)}
                verdicts[k] = Verdict("rewrite", "repeated header or footer", float(lost), row=row)
        return verdicts

    def compared(self, row: Row) -> Row:
        """Return the text and the file of a page; of anything else that it is none."""
        seen = ("task", "text", "source") if _is_page(row) else ("task",)
        return {key: row[key] for key in seen}

    def _common(
        self, texts: dict[int, list[str]], files: list[str | None], pages: Counter[Any]
    ) -> set[Edge]:
        """Return the edges that enough texts of a file share."""
        edges = Counter(
            (files[k], end, lines[end].strip())
            for k, lines in texts.items()
            if len(lines) >= MIN_LINES
            for end in (0, -1)
        )
        return {
            edge
            for edge, rows in edges.items()
            if edge[2] and rows >= max(self.min_rows, self.min_ratio * pages[edge[0]])
        }


def _is_page(row: Row) -> bool:
    """True for plain text."""
    return row["task"] == "text" and bool(row["text"])


def _trimmed(lines: list[str], file: str | None, common: set[Edge]) -> list[str]:
    """Return the lines without a common first and last one."""
    for end, rest in ((0, slice(1, None)), (-1, slice(None, -1))):
        if len(lines) >= MIN_LINES and (file, end, lines[end].strip()) in common:
            lines = lines[rest]
    return lines
