"""A database as a source: what a query returns, and what is kept out of sight."""

import sqlite3
import tracemalloc
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.tunesmith.sources.reading import read, read_one
from tunesmith.errors import UserError
from tunesmith.sources.sql import SqlSource

QUERY = "SELECT prompt, completion, price, day FROM chats ORDER BY prompt"


@pytest.fixture
def url(tmp_path: Path) -> str:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE chats (prompt, completion, price, day, photo)")
        rows = [("退货？", "可以。", 1.5, "2026-01-02", b"x"), ("Open?", "Yes.", None, None, b"y")]
        base.executemany("INSERT INTO chats VALUES (?, ?, ?, ?, ?)", rows)
    return f"sqlite:///{path}"


def test_a_query_gives_its_columns_in_its_order(url: str, tmp_path: Path) -> None:
    batch = read_one(SqlSource(name="shop", url=url, query=QUERY), tmp_path)
    assert batch.name == "shop"
    assert [dict(record)["prompt"] for _, record in batch.records] == ["Open?", "退货？"]
    assert batch.records[1] == (
        2, {"prompt": "退货？", "completion": "可以。", "price": 1.5, "day": "2026-01-02"}
    )  # fmt: skip
    assert batch.facts.notes == ()


def test_the_same_rows_have_the_same_hash_and_a_limit_holds(url: str, tmp_path: Path) -> None:
    source = SqlSource(name="shop", url=url, query=QUERY)
    one, two = read_one(source, tmp_path), read_one(source, tmp_path)
    less = read_one(source.model_copy(update={"limit": 1}), tmp_path)
    assert one.facts.sha256 == two.facts.sha256 != less.facts.sha256
    assert len(less.records) == 1


def test_an_unordered_query_is_told(url: str, tmp_path: Path) -> None:
    batch = read_one(SqlSource(name="shop", url=url, query="SELECT prompt FROM chats"), tmp_path)
    assert "no ORDER BY" in batch.facts.notes[0]


def test_the_url_may_come_from_the_environment(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SqlSource(name="shop", url="env:SHOP_URL", query=QUERY)
    with pytest.raises(UserError, match="SHOP_URL is not set"):
        read(source, tmp_path)
    monkeypatch.setenv("SHOP_URL", url)
    batch = read_one(source, tmp_path)
    assert len(batch.records) == 2


def test_a_password_in_params_yaml_is_refused() -> None:
    with pytest.raises(ValidationError, match="a password does not belong"):
        SqlSource(name="shop", url="postgresql://me:secret@db/shop", query=QUERY)


@pytest.mark.parametrize("query", ["DELETE FROM chats", "drop table chats", ""])
def test_a_query_that_does_not_read_is_refused(url: str, query: str) -> None:
    with pytest.raises(ValidationError, match="must begin with SELECT or WITH"):
        SqlSource(name="shop", url=url, query=query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT absent FROM chats", "source shop: no such column: absent"),
        ("SELECT photo FROM chats", "source shop: a column of bytes"),
    ],
)
def test_what_the_database_refuses_is_one_line(
    url: str, tmp_path: Path, query: str, said: str
) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read(SqlSource(name="shop", url=url, query=query), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_driver_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "postgresql+nodriver://me:secret@db/shop")
    with pytest.raises(UserError) as caught:
        read(SqlSource(name="shop", url="env:SHOP_URL", query=QUERY), tmp_path)
    assert "nodriver" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("password", ["hun/ter2", "hunter@2"])
def test_a_password_of_any_letters_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="a password does not belong"):
        SqlSource(name="shop", url=f"postgresql://me:{password}@host/shop", query="SELECT 1")


def test_what_is_held_does_not_grow_with_the_result(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "long.db") as base:
        base.execute("CREATE TABLE texts (text)")
        base.executemany("INSERT INTO texts VALUES (?)", [("x" * 10_000,)] * 1_000)
    url = f"sqlite:///{tmp_path / 'long.db'}"
    source = SqlSource(name="long", url=url, query="SELECT text FROM texts ORDER BY text")
    (batch,) = source.batches(tmp_path)
    items = batch.read()
    next(items)  # what SQLAlchemy itself needs is there from now on
    tracemalloc.start()
    try:
        assert sum(1 for _ in items) == 999
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
