"""Where `make ui` keeps its records, and to whom it says so."""

from pathlib import Path

import pytest

from flows.ui import DATABASE, _database, _environment
from tunesmith.errors import UserError

URL = "postgresql+asyncpg://prefect:se%2Fcret@db.example.org:5432/prefect?ssl=require"


def test_only_the_server_is_told_of_the_database_and_nobody_sees_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(DATABASE, URL)
    assert DATABASE not in _environment("http://127.0.0.1:4200/api", Path())
    assert _database() == {DATABASE: URL}
    assert capsys.readouterr().out == "records are kept at db.example.org:5432/prefect\n"


def test_without_one_the_records_are_a_file_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATABASE, raising=False)
    assert _database() == {}


@pytest.mark.parametrize("url", ["postgresql://me:secret@db/x", "mysql://me:secret@db/x", "secret"])
def test_a_database_that_prefect_does_not_know_is_refused_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, url)
    with pytest.raises(UserError, match="Prefect takes postgresql\\+asyncpg://") as refused:
        _database()
    assert "secret" not in str(refused.value)
