"""A file of ratings survives crashes, full disks and a second process, and loses nothing."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.judging import comparison, rating
from tunesmith.errors import UserError
from tunesmith.human.journal import Journal
from tunesmith.human.lines import read_lines
from tunesmith.human.rating import Rating

FIRST, SECOND = (rating(comparison(number), "ann", "first") for number in range(2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ratings" / "ann.jsonl"


def written(path: Path, *ratings: Rating) -> bytes:
    journal = Journal(path)
    for one in ratings:
        journal.add(one)
    journal.close()
    return path.read_bytes()


def test_lines_come_back_in_their_order_with_sorted_keys_and_no_clock(path: Path) -> None:
    data = written(path, FIRST, SECOND)
    assert Journal(path).ratings == [FIRST, SECOND]
    assert data.endswith(b"}\n")
    assert data.startswith(b'{"annotator": "ann", "choice": "left", "first": "candidate", "first_')
    assert written(path.with_name("again") / "ann.jsonl", FIRST, SECOND) == data


def test_a_rating_is_on_the_disk_before_it_is_confirmed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(path.read_bytes()))
    journal.add(FIRST)
    assert len(synced) == 1
    assert b"row-0" in synced[0]


def test_every_cut_of_the_last_line_keeps_the_others_and_saves_the_rest(path: Path) -> None:
    whole = written(path, FIRST, SECOND)
    begin = whole.index(b"\n") + 1
    for end in (begin + 1, begin + 40, len(whole) - 2):
        path.write_bytes(whole[:end])
        journal = Journal(path)
        assert journal.ratings == [FIRST]
        assert journal.told is not None
        assert f"{end - begin} bytes are now in ann.torn" in journal.told
        journal.add(SECOND)
        journal.close()
        assert path.read_bytes() == whole
    torn = path.with_suffix(".torn").read_bytes().splitlines()
    assert [len(line) for line in torn] == [1, 40, len(whole) - 2 - begin]


def test_a_last_line_that_lacks_only_its_newline_is_kept(path: Path) -> None:
    whole = written(path, FIRST, SECOND)
    path.write_bytes(whole[:-1])
    journal = Journal(path)
    assert (journal.ratings, journal.told) == ([FIRST, SECOND], None)
    assert path.read_bytes() == whole


def test_reading_alone_changes_nothing(path: Path) -> None:
    whole = written(path, FIRST, SECOND)
    path.write_bytes(whole[:-20])
    found = read_lines(path)
    assert found.said == [FIRST]
    assert path.read_bytes() == whole[:-20]
    assert read_lines(path.with_name("nobody.jsonl")).said == []


def test_a_broken_line_in_the_middle_is_named_and_nothing_is_changed(path: Path) -> None:
    whole = written(path, FIRST, SECOND)
    broken = whole[10:]
    path.write_bytes(broken)
    with pytest.raises(UserError, match=r"ann\.jsonl:1: no rating: .*restore the file"):
        Journal(path)
    assert path.read_bytes() == broken


def test_a_line_of_another_person_is_named(path: Path) -> None:
    written(path, FIRST)
    path.rename(path.with_stem("ben"))
    with pytest.raises(UserError, match=r"ben\.jsonl:1: a rating of ann.*move the line"):
        Journal(path.with_stem("ben"))


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written(path, FIRST)
    journal = Journal(path)
    write = os.write

    room = iter([50])  # bytes that the disk still takes

    def half(handle: int, data: bytes) -> int:
        free = next(room, 0)
        if not free:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[:free])

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(os, "write", half)
        journal.add(SECOND)
    assert path.read_bytes() == before
    assert journal.ratings == [FIRST]
    journal.add(SECOND)
    assert read_lines(path).said == [FIRST, SECOND]


def test_a_second_process_is_told_who_writes(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(UserError, match="another `tunesmith judge` writes this file"):
        Journal(path)
    journal.close()
    Journal(path).close()


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_file_that_dvc_linked_to_its_cache_leaves_the_cache_alone(
    path: Path, link: Callable[[Path, Path], None]
) -> None:
    cached = path.with_name("cached")
    cached.parent.mkdir()
    before = written(path.with_name("made") / "ann.jsonl", FIRST)
    cached.write_bytes(before)
    link(cached, path)
    journal = Journal(path)
    journal.add(SECOND)
    assert cached.read_bytes() == before
    assert read_lines(path).said == [FIRST, SECOND]


@pytest.mark.parametrize("link", [None, os.link, os.symlink], ids=["copy", "hardlink", "symlink"])
def test_a_file_that_dvc_takes_in_while_it_is_written_gets_the_next_line_too(
    path: Path, link: Callable[[Path, Path], None] | None
) -> None:
    journal = Journal(path)
    journal.add(FIRST)
    cached = path.with_name("cached")
    path.rename(cached)
    if link:
        link(cached, path)
    else:
        shutil.copyfile(cached, path)
    journal.add(SECOND)
    assert read_lines(path).said == [FIRST, SECOND]
    assert cached.read_bytes().count(b"\n") == 1


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"")
    other.replace(path)


@pytest.mark.parametrize(
    ("touch", "what"),
    [
        (Path.unlink, "is gone"),
        (changed, "written by somebody else"),
        (replaced, "other lines now"),
    ],
)
def test_a_file_that_somebody_else_has_touched_is_told_and_nothing_is_confirmed(
    path: Path, touch: Callable[[Path], None], what: str
) -> None:
    journal = Journal(path)
    journal.add(FIRST)
    touch(path)
    with pytest.raises(UserError, match=rf"ann\.jsonl .*{what}; restore it, or start"):
        journal.add(SECOND)
    assert journal.ratings == [FIRST]
