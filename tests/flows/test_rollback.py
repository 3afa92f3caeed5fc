"""A promotion is taken back by a commit that names an earlier champion."""

import json
from pathlib import Path

import pytest

from flows.promotion import point_to, promoted_before, tag_model
from flows.rollback import roll_back
from tests.flows.conftest import call
from tunesmith.errors import UserError


@pytest.fixture
def two_champions(fresh: Path) -> tuple[str, str]:
    """Tags of two champions, the second one in use."""
    tags = []
    for md5 in ("aa", "bb"):
        Path("dvc.lock").write_text(
            f"schema: '2.0'\nstages:\n  t:\n    outs: [{{path: models/sft, md5: {md5}.dir}}]\n"
        )
        call("git", "add", "dvc.lock")
        call("git", "commit", "-qm", md5)
        tags.append(tag_model("models/sft", ["better"]))
        point_to(tags[-1])
        call("git", "add", "champion.json")
        call("git", "commit", "-qm", f"Promote {tags[-1]}")
    return tags[0], tags[1]


def test_the_earlier_champion_is_named_in_a_commit_of_its_own(
    two_champions: tuple[str, str],
) -> None:
    first, _ = two_champions
    assert roll_back(first).startswith(
        f"champion: {first}, committed; `git push origin HEAD 'adapter#"
    )
    assert json.loads(Path("champion.json").read_text())["tag"] == first
    assert call("git", "log", "-1", "--format=%s %(trailers)").split("\n")[0] == (
        f"Roll back to {first} Promoted: {first}"
    )
    assert call("git", "show", "--format=", "--name-only").split() == ["champion.json"]


def test_what_is_the_champion_already_makes_no_commit(two_champions: tuple[str, str]) -> None:
    before = call("git", "rev-parse", "HEAD")
    already = f"{two_champions[1]} is the champion already"
    assert roll_back(two_champions[1]) == f"{already}; tagged adapter#prod#1"
    assert roll_back(two_champions[1]) == already
    assert call("git", "rev-parse", "HEAD") == before


def test_an_unknown_tag_changes_nothing(two_champions: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"no tag adapter@v7\.0\.0 here; there are: adapter@v0\.2"):
        roll_back("adapter@v7.0.0")
    assert call("git", "status", "--porcelain") == ""


def test_a_tree_with_changes_is_refused(two_champions: tuple[str, str]) -> None:
    Path("raw.txt").write_text("mine\n")
    with pytest.raises(UserError, match=r"raw\.txt: changed since the last commit"):
        roll_back(two_champions[0])


def test_a_model_that_was_a_champion_is_known_again_by_its_hash(
    two_champions: tuple[str, str],
) -> None:
    assert promoted_before("models/sft") == two_champions[1]
    lock = Path("dvc.lock")
    lock.write_text(lock.read_text().replace("bb", "cc"))
    assert promoted_before("models/sft") is None
