"""Finds the train rows that proposals were made from or would replace, to be shown beside them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tunesmith.review.proposal import Proposal
from tunesmith.rows import Row, frame_of, read_table, to_rows


def earlier_id(one: Proposal) -> str | None:
    """Return the id of the row to compare a proposal with: that it replaces, else its parent."""
    found = one.row.get("replaces") or one.row.get("parent")
    return str(found) if found else None


def read_parents(tables: Sequence[Path], proposals: Iterable[Proposal]) -> dict[str, Row]:
    """Return by id the rows that proposals come from; a table that is not there has none.

    Args:
        tables: of rows; a row that several have is taken from the last.
        proposals: whose earlier rows are wanted.

    Raises:
        UserError: a table is none of rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(sorted({found for one in proposals if (found := earlier_id(one))}), pa.string())
    rows: dict[str, Row] = {}
    for path in tables if len(ids) else []:
        if path.exists():
            table = read_table(path)
            wanted = frame_of(table.filter(pc.is_in(table["id"], value_set=ids)))
            rows.update({row["id"]: _without_absent(row) for row in to_rows(wanted)})
    return rows


def _without_absent(row: Row) -> Row:
    """Return a row without the columns that it does not have."""
    return {name: cell for name, cell in row.items() if cell is not None}
