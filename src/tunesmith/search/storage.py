"""Where a study is written down: a SQLite file of this clone, or a database of the team."""

import os
import re
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.stage import WORK

OWN = WORK / "search.db"
VARIABLE = "TUNESMITH_SEARCH_STORAGE"
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
NEEDS = 'pip install "psycopg[binary]>=3.2,<4"'


def url_of(storage: str | None) -> str:
    """Return the URL of the storage: of the environment, of params.yaml, or of our own file.

    Raises:
        UserError: params.yaml holds a password, which git would keep.
    """
    told = os.environ.get(VARIABLE)
    if not told and storage and re.search(r"://[^/@]*:[^/@]+@", storage):
        raise UserError(
            f"params.yaml: search.storage: holds a password; put the URL into {VARIABLE}"
        )
    url = told or storage
    if not url:
        OWN.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{OWN}"
    kind, mark, rest = url.partition("://")
    return f"{DRIVERS.get(kind, kind)}{mark}{rest}"


def open_storage(url: str) -> Any:
    """Return Optuna's storage at a URL; tables are made where there are none.

    Raises:
        UserError: nothing answers there, or the driver is not installed.
    """
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    sqlite = url.startswith("sqlite")
    try:
        return RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}} if sqlite else {})
    except ImportError:
        raise UserError(f"search.storage: {shown(url)} needs a driver: {NEEDS}") from None
    except ArgumentError:
        raise UserError(
            f"search.storage: {shown(url)} is no URL; write postgresql://USER@HOST/DATABASE"
        ) from None
    except (SQLAlchemyError, OSError) as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise UserError(f"search.storage: {shown(url)} does not answer ({cause})") from None


def shown(url: str) -> str:
    """Return a URL without user and password."""
    kind, _, rest = url.partition("://")
    return f"{kind}://{rest.rpartition('@')[2].partition('?')[0]}"


def identity(place: Path = WORK / "search-clone") -> str:
    """Return what tells the trials of this clone from those of others in a shared storage."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{os.urandom(8).hex()}\n", encoding="utf-8")
    return place.read_text(encoding="utf-8").strip()
