"""A request to forget: who was trained on it, what keeps it out, and what still holds it."""

import json
from pathlib import Path

import pytest

from flows.forget import LIST, forget, prepare, run_forget
from flows.history import History
from tests.flows.conftest import call
from tunesmith.errors import UserError
from tunesmith.forgotten import read_forgotten


@pytest.fixture
def project(ledger: Path) -> Path:
    """The project with two versions, and a list that holds nothing yet."""
    LIST.parent.mkdir(parents=True)
    LIST.write_text("kind,name\n")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Begin a list")
    return ledger


def test_a_row_is_found_in_every_version_through_what_was_made_from_it(project: Path) -> None:
    found = forget([], ["a1"], History())
    assert [(one["name"], one["trained"]) for one in found["retrain"]] == [
        ("adapter@v0.2.0", 1), ("adapter@v0.1.0", 2),
    ]  # fmt: skip
    assert [one["champion"] for one in found["retrain"]] == [True, False]
    assert found["twins"] == [{"id": "a1-twin", "source": "中文.jsonl:7", "of": "a1"}]
    trains = [one for one in found["still"] if one["path"] == "data/train/train.parquet"]
    assert [(one["cache"], one["remote"]) for one in trains] == [(True, True)] * 2


def test_what_people_wrote_of_a_row_is_listed_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"row": "a1", "annotator": "ann", "choice": "left"}
    for name, line in (("ann", said), ("ben", {**said, "row": "b7"})):
        path = Path(f"data/ratings/{name}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(line) + "\n")
    run_forget([], ["a1"], False, False, False)
    out = capsys.readouterr().out
    assert "  holds it data/ratings/ann.jsonl (this working copy)" in out
    assert "ben.jsonl" not in out


def test_a_source_of_test_rows_was_seen_and_not_trained_on(project: Path) -> None:
    found = forget(["test.jsonl"], [], History())
    assert found["retrain"] == []
    assert [one["tables"] for one in found["seen"]] == [{"test": 7}, {"test": 8}]
    assert "data/exam/rows.parquet" in {one["path"] for one in found["still"]}


def test_without_apply_nothing_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_forget(["中文.jsonl"], [], False, False, False)
    out = capsys.readouterr().out
    assert "  retrain  adapter@v0.2.0, champion: 1 row in train" in out
    assert "nothing was changed; `--apply` adds it to data/frozen/forgotten.csv" in out
    assert call("git", "status", "--porcelain") == ""


def test_apply_names_the_source_and_the_feedback_that_was_made_from_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_forget(["english.jsonl"], [], True, False, False)
    listed = read_forgotten(LIST)
    assert listed.sources == {"english.jsonl"}
    assert listed.rows == {"f1"}, "a round names its parent a1, whose source it does not know"
    out = capsys.readouterr().out
    assert "2 added; commit it" in out
    for words in ("git filter-repo", "dvc gc --workspace --all-tags --cloud", "rm -rf .work"):
        assert words in out
    run_forget(["english.jsonl"], [], True, True, False)
    assert json.loads(capsys.readouterr().out)["applied"]["added"] == 0


def test_a_place_is_listed_by_the_id_that_it_has(project: Path) -> None:
    history = History()
    prepare([], forget([], ["english.jsonl:1"], history))
    assert {"a1", "f1"} <= read_forgotten(LIST).rows


def test_a_version_that_cannot_be_looked_at_stops_apply(project: Path) -> None:
    history = History()
    history.path("adapter@v0.1.0", "data/train/train.parquet").unlink()
    found = forget([], ["c1"], history)
    assert found["unknown"] == ["adapter@v0.1.0"]
    with pytest.raises(UserError, match=r"adapter@v0\.1\.0: their tables are not all here"):
        prepare([], found)


def test_what_is_unknown_or_unsaid_is_refused(project: Path) -> None:
    with pytest.raises(UserError, match="say --source NAME or --row ID"):
        run_forget([], [], False, False, False)
    with pytest.raises(UserError, match="nix: no version has such a row or source"):
        forget([], ["nix"], History())
    Path("params.yaml").write_text("seed: 9\n")
    with pytest.raises(UserError, match=r"params\.yaml: changed since the last commit"):
        run_forget([], ["c1"], True, False, False)
