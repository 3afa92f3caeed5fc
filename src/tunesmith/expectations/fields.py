"""A field of many rows at once, worked out once for each distinct cell."""

import pyarrow as pa

from tunesmith.expectations.columns import mapped
from tunesmith.expectations.evidence import Evidence
from tunesmith.fields import field_of


def field_column(evidence: Evidence, name: str) -> pa.ChunkedArray:
    """Return a field such as `lang` or `meta.intent` of every row, null where it has none."""
    column = "meta" if name.startswith("meta.") else name
    return evidence.by_batch(
        lambda batch: mapped(batch[column], lambda cell: field_of({column: cell}, name))
    )
