"""Where a study is kept: a file of this clone, or a team's PostgreSQL."""

from pathlib import Path

import pytest

from tests import servers
from tunesmith.errors import UserError
from tunesmith.search import storage, study
from tunesmith.search.findings import findings_of
from tunesmith.search.params import SearchParams

SEARCH = SearchParams.model_validate(
    {"trials": 3, "space": {"a": {"kind": "float", "low": 0, "high": 1}}}
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(storage.VARIABLE, raising=False)


def test_by_default_it_is_a_file_of_this_clone() -> None:
    assert storage.url_of(None) == "sqlite:///.work/search.db"
    storage.open_storage(storage.url_of(None))
    assert storage.OWN.exists()


def test_the_environment_counts_more_than_params(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(storage.VARIABLE, "postgresql://me:secret@host/db")
    assert storage.url_of("sqlite:///other.db") == "postgresql+psycopg://me:secret@host/db"


def test_a_password_in_params_is_refused() -> None:
    with pytest.raises(UserError, match=r"holds a password; put the URL into TUNESMITH_SEARCH"):
        storage.url_of("postgresql://me:secret@host/db")
    assert storage.url_of("postgresql://me@host/db") == "postgresql+psycopg://me@host/db"


def test_a_database_that_is_not_there_is_one_line_without_the_password() -> None:
    with pytest.raises(UserError) as caught:
        storage.open_storage("mysql+nonsense://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_clone_keeps_its_identity() -> None:
    assert storage.identity() == storage.identity()
    Path(storage.WORK, "search-clone").unlink()
    first = storage.identity()
    assert len(first) == 16


@pytest.mark.server("postgres")
def test_two_clones_share_a_study_in_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    with servers.postgres() as url:
        monkeypatch.setenv(storage.VARIABLE, f"postgresql://{url.partition('://')[2]}")
        ours, theirs = (
            study.open_study(storage.open_storage(storage.url_of(None)), "s", "minimize")
            for _ in range(2)
        )
        study.begin(ours, SEARCH, 0, {"a": 0.5})
        first = study.next_trial(ours, SEARCH, 0, "ours", set())
        second = study.next_trial(theirs, SEARCH, 0, "theirs", set())
        assert [first.number, second.number] == [0, 1]
        study.dials_of(first, SEARCH)
        study.tell(ours, first, 0.25, False, "")
        found = findings_of(theirs, "sft", "loss", 0)
        assert [one["state"] for one in found["trials"]] == ["complete", "running"]
        assert found["trials"][0]["dials"] == {"a": 0.5}
