"""Makes the evidence of a suite from rows written by hand."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import Row, table_of, to_frame
from tunesmith.text.evaluation_sets import EvaluationSet

NOTHING = pd.DataFrame({"id": [], "source": [], "step": [], "action": []}, dtype="str")


def evidence_of(
    rows: list[Row],
    against: list[Row] | None = None,
    decisions: pd.DataFrame = NOTHING,
    base: Path = Path("none"),
    ood: list[Row] | None = None,
    sets: Sequence[EvaluationSet] = (),
) -> Evidence:
    """Return evidence on some rows."""
    return Evidence(
        table=table_of(to_frame(rows)),
        against=table_of(to_frame(against or [])),
        decisions=pa.Table.from_pandas(decisions, preserve_index=False),
        base=base,
        ood=table_of(to_frame(ood or [])),
        sets=sets,
    )
