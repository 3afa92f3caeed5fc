"""Frozen ids: read whole, refused with the line when they are not ids."""

from pathlib import Path

import pytest

from tests.plain_rows import plain_chat, write_plain
from tunesmith.cli.freeze import freeze_test_rows
from tunesmith.errors import UserError
from tunesmith.splitting.frozen import freeze, read_frozen


@pytest.mark.parametrize(
    ("text", "ids"),
    [("id\n", set()), ("id", set()), ("\ufeffid\r\na1\r\nb2\r\n\r\n", {"a1", "b2"})],
)
def test_ids_are_read(text: str, ids: set[str], tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_frozen(path) == ids


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ids.csv:1: the header must be `id`"),
        ("a1\nb2\n", "ids.csv:1: the header must be `id`"),
        ("id\na1\nb2,x\n", "ids.csv:3: one id a line"),
        ('id\n" "\n', "ids.csv:2: one id a line"),
    ],
)
def test_a_line_that_is_no_id_is_named(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=reason):
        read_frozen(path)


def test_a_missing_file_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no such file; it needs at least the header `id`"):
        read_frozen(tmp_path / "ids.csv")


def test_the_projects_own_list_can_be_read(root: Path) -> None:
    assert isinstance(read_frozen(root / "data" / "frozen" / "test_ids.csv"), set)


def test_freezing_adds_and_never_removes(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("id\nold\n")
    assert freeze(path, {"b2", "a1", "old"}) == 2
    assert path.read_text() == "id\na1\nb2\nold\n"
    assert freeze(path, {"a1"}) == 0
    assert read_frozen(path) == {"a1", "b2", "old"}


def test_the_command_freezes_the_rows_of_the_test_table(tmp_path: Path) -> None:
    write_plain(tmp_path / "test.parquet", [plain_chat(i, f"q{i}", "a") for i in range(3)])
    (tmp_path / "ids.csv").write_text("id\nrow-0\n")
    told = freeze_test_rows(tmp_path / "test.parquet", tmp_path / "ids.csv")
    assert "2 ids added, 3 test rows are frozen" in told
    assert read_frozen(tmp_path / "ids.csv") == {"row-0", "row-1", "row-2"}
