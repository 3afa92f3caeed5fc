"""Rows of a database, by a SQLAlchemy URL and a query; a snapshot, taken when the stage runs."""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from tunesmith.errors import UserError
from tunesmith.records import Record
from tunesmith.sources.base import Batch, Digest, Facts, Items, SourceBase

FROM_ENVIRONMENT = "env:"
READS = re.compile(r"\s*(?:select|with|values|table)\b", re.IGNORECASE)
CHUNK_ROWS = 10_000


class SqlSource(SourceBase):
    """What a query returns, column by column.

    DVC does not watch a database: the rows are read again when this section changes or the stage
    is forced. Give the query an ORDER BY, so that the same rows come in the same order.

    Attributes:
        name: what `source` and the manifest call it.
        url: of SQLAlchemy (`sqlite:///shop.db`), or `env:NAME` for one that holds a password.
        query: one that reads.
    """

    kind: Literal["sql"] = "sql"
    name: str = Field(min_length=1)
    url: str
    query: str

    @field_validator("url")
    @classmethod
    def _holds_no_password(cls, url: str) -> str:
        """Keep passwords out of params.yaml, which is under version control."""
        if not url.startswith(FROM_ENVIRONMENT) and _password(url):
            raise ValueError(
                "a password does not belong into params.yaml; put the URL into an environment "
                "variable and write env:NAME"
            )
        return url

    @field_validator("query")
    @classmethod
    def _only_reads(cls, query: str) -> str:
        """Refuse a statement that begins as one that writes."""
        if not READS.match(query):
            raise ValueError("must begin with SELECT or WITH")
        return query

    def batches(self, folder: Path) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the result as one batch; see `SourceBase.batches`."""
        notes = (
            ()
            if "order by" in self.query.lower()
            else ("the query has no ORDER BY: another order of the rows would count as a change",)
        )

        def read() -> Items:
            digest = Digest()
            for number, record in enumerate(self._records(), start=1):
                digest.add(record)
                yield number, record
            return Facts(str(digest), notes=notes)

        yield Batch(self.name, read)

    def _records(self) -> Iterator[Record]:
        """Yield the rows, fetched in chunks.

        Raises:
            UserError: no such driver, no connection, or the database refuses the query.
        """
        from sqlalchemy import create_engine, text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            engine = create_engine(self._address(), hide_parameters=True)
            with engine.connect().execution_options(
                stream_results=True, max_row_buffer=CHUNK_ROWS
            ) as connection:
                rows = connection.execute(text(self.query)).mappings()
                for row in islice(rows, self.limit):
                    yield {str(name): self._cell(value) for name, value in row.items()}
        except ModuleNotFoundError as error:
            raise UserError(
                f"source {self.name}: the database driver {error.name} is not installed; "
                f"pip install it into this environment"
            ) from None
        except SQLAlchemyError as error:
            raise UserError(f"source {self.name}: {_first_line(error)}") from None

    def _address(self) -> str:
        """Return the URL, from the environment where params.yaml says so."""
        if not self.url.startswith(FROM_ENVIRONMENT):
            return self.url
        variable = self.url.removeprefix(FROM_ENVIRONMENT)
        address = os.environ.get(variable)
        if not address:
            raise UserError(
                f"source {self.name}: the environment variable {variable} is not set; it should "
                "hold the SQLAlchemy URL of the database"
            )
        return address

    def _cell(self, value: Any) -> Any:
        """Return a value as JSON has it.

        Raises:
            UserError: bytes, which are no text.
        """
        if isinstance(value, Decimal):
            return float(value)
        if isinstance(value, date | datetime | time):
            return value.isoformat()
        if isinstance(value, bytes | memoryview):
            raise UserError(f"source {self.name}: a column of bytes; convert it in the query")
        return value


def _password(url: str) -> str | None:
    """Return the password in a URL, read as SQLAlchemy reads it.

    Raises:
        ValueError: it is no URL of SQLAlchemy.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).password
    except ArgumentError:
        raise ValueError("no URL of SQLAlchemy, such as postgresql://HOST/DATABASE") from None


def _first_line(error: Exception) -> str:
    """Return what the database said, without SQLAlchemy's additions (statement, links)."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
