"""What a suite looks at: the rows and what goes with them, each part made once when asked for."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from tunesmith.errors import UserError
from tunesmith.expectations.check import Table
from tunesmith.rows import Row, all_text


@dataclass
class Evidence:
    """Rows under test and the tables that some expectations compare them with."""

    rows: list[Row]
    against: list[Row]  # the held-out rows that no train row may repeat
    decisions: pd.DataFrame  # of stage clean: id, source, step, action, reason, score
    base: Path  # folder with the base model's descriptor

    @cached_property
    def texts(self) -> list[str]:
        """All text of each row, rejected answers too."""
        return [all_text(row) for row in self.rows]

    @cached_property
    def trained(self) -> list[list[bool]]:
        """For each row, one flag a token: True where the loss counts."""
        from tunesmith.expectations.tokens import trained_flags
        from tunesmith.models.tokenizer import load_tokenizer

        tokenizer = load_tokenizer(self.base)
        return [trained_flags(row, tokenizer) for row in self.rows]

    @cached_property
    def collected(self) -> pd.Series:
        """For each row that cleaning saw, by id and source: whether it was dropped."""
        missing = {"id", "source", "step", "action"} - set(self.decisions.columns)
        if missing:
            raise UserError(f"the decisions lack the columns {', '.join(sorted(missing))}")
        dropped = self.decisions["action"].eq("drop")
        keys = [self.decisions["id"].fillna(""), self.decisions["source"].fillna("")]
        return dropped.groupby(keys, sort=True).any()

    @cached_property
    def labels(self) -> Counter[str]:
        """How many rows each label has."""
        found = (row["label"] for row in self.rows if row["label"] is not None)
        return Counter(dict(sorted(Counter(map(str, found)).items())))

    def records(self, table: Table) -> list[tuple[str, str]]:
        """Return id and source of each record of a table."""
        if table == "collected":
            return [(str(id_), str(source)) for id_, source in self.collected.index]
        if table == "labels":
            return [(label, "") for label in self.labels]
        return [(row["id"] or "", row["source"] or "") for row in self.rows]
