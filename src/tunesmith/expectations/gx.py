"""Any expectation of Great Expectations by its own name, on a field of the rows."""

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from pydantic import model_validator

from tunesmith.expectations.check import Check
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.row_values import checked_name, row_values
from tunesmith.expectations.session import great_expectations
from tunesmith.expectations.shown import shown

if TYPE_CHECKING:
    import pandas as pd

COLUMN_KEYS = ("column", "column_A", "column_B", "column_list")
NOT_YOURS = {  # set by this project, or a text that is run as code
    *("id", "meta", "notes", "result_format", "catch_exceptions", "rendered_content", "severity"),
    *("windows", "batch_id", "row_condition", "condition_parser", "description"),
}


class Gx(Check):
    """The expectation of Great Expectations called `expectation`; other keys are its arguments.

    Columns are the fields of a row (`lang`, `label`, `meta.<key>` ...), its `text`, and its
    `length_chars` and `length_tokens`. Those that ask a database have nothing to ask here.
    """

    kind: Literal["gx"] = "gx"
    expectation: str
    arguments: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _gather_arguments(cls, data: Any) -> Any:
        """Put all keys that are not ours under `arguments`."""
        if not isinstance(data, dict) or "arguments" in data:
            return data
        ours = {key: value for key, value in data.items() if key in cls.model_fields}
        return {**ours, "arguments": {k: v for k, v in data.items() if k not in ours}}

    @model_validator(mode="after")
    def _can_be_made(self) -> "Gx":
        """Refuse an unknown expectation, argument or column, each with the known ones."""
        known = _known()
        if self.expectation not in known:
            raise ValueError(f"expectation: {_unknown(self.expectation, sorted(known))}")
        accepted = sorted(set(known[self.expectation].__fields__) - NOT_YOURS)
        for key in self.arguments:
            if key not in accepted:
                raise ValueError(f"{key}: {self.expectation} takes {', '.join(accepted)}")
        _refuse(known[self.expectation], self.arguments)
        for key, name in self._named_columns():
            try:
                checked_name(name)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
        return self

    @property
    def name(self) -> str:
        """See `Check`."""
        return f"gx {self.expectation}"

    @property
    def column(self) -> str:
        """See `Check`."""
        return self._named_columns()[0][1]

    def fill(self, evidence: Evidence, columns: "dict[str, pd.Series]") -> None:
        """See `Check`; a rule may look at several columns."""
        for _, name in self._named_columns():
            if name not in columns:
                columns[name] = row_values(evidence, name)

    def rule(self) -> Any:
        """See `Check`."""
        return _known()[self.expectation](**self.arguments)

    def explain(self, frame: "pd.DataFrame", place: int) -> str:
        """See `Check`."""
        names = [name for _, name in self._named_columns()]
        return "; ".join(f"{name} is {shown(str(frame[name].iloc[place]))}" for name in names)

    def statement(self, observed: Any) -> str:
        """See `Check`."""
        return f"{self.column}: {json.dumps(observed, ensure_ascii=False)[:200]}"

    def _named_columns(self) -> list[tuple[str, str]]:
        """Return the columns that the arguments name, each with its key."""
        found = [(key, self.arguments.get(key)) for key in COLUMN_KEYS]
        lists = [(key, [value] if isinstance(value, str) else value or []) for key, value in found]
        return [(key, str(name)) for key, names in lists for name in names]


def _known() -> dict[str, Any]:
    """Return the expectations that look at columns, by name."""
    every = vars(great_expectations().expectations).items()
    return {
        name: kind
        for name, kind in every
        if name.startswith("Expect") and set(getattr(kind, "__fields__", ())) & set(COLUMN_KEYS)
    }


def _unknown(name: str, known: list[str]) -> str:
    """Say that there is no such expectation, and which was probably meant."""
    close = get_close_matches(name, known, n=3)
    hint = f"; did you mean {' or '.join(close)}?" if close else f"; known: {', '.join(known)}"
    return f'no expectation "{name}"{hint}'


def _refuse(kind: Any, arguments: dict[str, Any]) -> None:
    """Raise what Great Expectations has against the arguments, as one line."""
    try:
        kind(**arguments)
    except ValueError as error:
        first = error.errors()[0] if hasattr(error, "errors") else {"loc": (), "msg": str(error)}
        key = str(first["loc"][0]) if first["loc"] else "expectation"
        raise ValueError(f"{key}: {str(first['msg']).splitlines()[0]}") from None
