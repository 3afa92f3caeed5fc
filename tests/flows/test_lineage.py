"""What a version was made from, and where a row or a round went, of commits not checked out."""

import json
import shutil
from pathlib import Path

import pytest

from flows.history import History, Missing
from flows.lineage import lineage
from flows.lineage_verb import tell
from flows.loop_files import LEDGER
from flows.runner import dvc
from tests.flows.conftest import call
from tests.flows.ledger import PARAMS
from tunesmith.errors import UserError
from tunesmith.improve.ledger import Round, write_ledger
from tunesmith.lineage.graph import graph_of
from tunesmith.lineage.words import lines_of


def test_a_version_names_rows_sources_code_base_dials_and_the_run(ledger: Path) -> None:
    found = lineage("v0.1.0", History())
    assert (found["thing"], found["trailers"]) == (
        "adapter@v0.1.0", {"Prefect-Run": "run-of-v0.1.0"},
    )  # fmt: skip
    assert found["data"]["train"]["by_op"] == {"eda": 1, "original": 2}
    assert found["data"]["train"]["by_source"] == {"english.jsonl": 2, "中文.jsonl": 1}
    assert found["sources"][0] | {"trained": 2} == found["sources"][0]
    assert found["base"]["model"] == "data/demo-base"
    assert found["model"]["method"] == {"kind": "lora", "r": 8}
    assert [one["path"] for one in found["code"]] == ["src/code.py", "stages/train.py"]
    assert [one["path"] for one in found["parents"]] == ["models/base"]
    assert [step["stage"] for step in found["steps"]] == ["data", "base", "train@sft"]
    assert found["steps"][-1]["params"] == {"phases.sft": {"from": "base"}}
    assert found["verdict"]["verdict"] == "SHIP"
    assert found["score"]["value"] == 0.5


def test_what_was_changed_since_does_not_show_in_an_earlier_version(ledger: Path) -> None:
    before = lineage("adapter@v0.1.0", History())
    shutil.rmtree("data/train")
    Path("params.yaml").write_text("seed: 7\n")
    Path("src/code.py").write_text("# other\n")
    assert lineage("adapter@v0.1.0", History()) == before


@pytest.mark.parametrize("name", ["v0.2.0", "0.2.0", "adapter@v0.2.0", "adapter@v0.2.0^{commit}"])
def test_a_version_has_several_names(ledger: Path, name: str) -> None:
    if "^" in name:
        name = call("git", "rev-parse", name).strip()
    assert lineage(name, History())["thing"] == "adapter@v0.2.0"


def test_a_model_that_starts_from_the_champion_stands_on_its_version(ledger: Path) -> None:
    Path("params.yaml").write_text(PARAMS.replace("from: base", "from: champion"))
    Path("in/noise").write_text("other\n")
    dvc("repro", "-q")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Go on from the champion")
    [parent] = lineage("models/sft", History())["parents"]
    assert (parent["version"], parent["parents"][0]["path"]) == ("adapter@v0.2.0", "models/base")
    now, second, first = lineage("f1", History())["versions"]
    assert (now["name"], now["through"]) == ("HEAD", ["adapter@v0.2.0"])
    assert (second["trained"], first["trained"]) == (1, 0)


def test_a_row_is_followed_to_what_was_made_from_it(ledger: Path) -> None:
    second, first = lineage("a1", History())["versions"]
    assert [row["id"] for row in first["rows"]] == ["a1", "a1-made"]
    assert [row["id"] for row in second["rows"]] == ["f1"], "made in a round from a row long gone"
    assert (second["champion"], first["champion"]) == (True, False)


def test_a_row_is_named_by_its_place_and_a_source_by_its_name(ledger: Path) -> None:
    assert lineage("中文.jsonl:1", History())["versions"][1]["tables"] == {"train": 1}
    held = lineage("test.jsonl", History())["versions"]
    assert [one["tables"] for one in held] == [{"test": 7}, {"test": 8}]
    assert not any(one["trained"] for one in held)


def test_a_row_that_was_dropped_says_by_whom(ledger: Path) -> None:
    [_, first] = lineage("x1", History())["versions"]
    assert first["decisions"][0]["step"] == "refusals"
    assert not first["rows"]


@pytest.mark.parametrize("name", ["round-1", "001", "1"])
def test_a_round_is_found_with_its_tag_and_versions(ledger: Path, name: str) -> None:
    found = lineage(name, History())
    assert found["file"] == "data/feedback/001-0a1b2c3d.jsonl"
    assert found["tagged"]["commit"] == call("git", "rev-parse", "round-1^{commit}").strip()
    assert [one["trained"] for one in found["versions"]] == [1, 0]


@pytest.mark.parametrize("kept", [True, False])
def test_a_round_that_turned_dials_tells_them_and_who_was_trained_after_it(
    ledger: Path, kept: bool
) -> None:
    one = Round(
        number=2, action="technique", why="it ended early", dials={"phases.sft.epochs": 4},
        proof={"reasons": ["target +0.2"]}, kept=kept,
    )  # fmt: skip
    call("git", "tag", "-a", "round-2", "adapter@v0.2.0^{commit}", "-m", "Round 2")
    write_ledger(LEDGER, [one])
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Note round 2")
    found = lineage("round-2", History())
    assert (found["file"], found["did"]["dials"]) == (None, {"phases.sft.epochs": 4})
    assert {one["name"]: one["has"] for one in found["versions"]} == {
        "adapter@v0.2.0": kept,
        "adapter@v0.1.0": False,
    }
    lines = "\n".join(lines_of(found))
    assert "changed   phases.sft.epochs = 4" in lines
    assert "why       it ended early" in lines
    assert f"proof     {'kept' if kept else 'rolled back'}: target +0.2" in lines
    assert lines.count("trained after it") == kept
    assert ("thing", "version adapter@v0.2.0") in graph_of(found).edges or not kept
    with pytest.raises(UserError, match=r"there are: round-1, round-2"):
        lineage("round-9", History())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v7.0.0", r"v7\.0\.0: no such version; there are: adapter@v0\.2\.0, adapter@v0\.1\.0"),
        ("round-9", "round-9: no such round in data/feedback; there are: round-1"),
        (
            "models/nix",
            r"models/nix: commit .{7} has no such model; its: models/base.*is committed",
        ),
        ("nix", "nix: no version, row or round is called so"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(ledger: Path, name: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        lineage(name, History())


def test_a_table_that_is_not_here_is_said_to_be_unknown_and_fetched_when_asked(
    ledger: Path,
) -> None:
    table = History().path("adapter@v0.1.0", "data/train/train.parquet")
    table.unlink()
    [second, first] = lineage("b1", History())["versions"]
    assert first["missing"] == ["data/train/train.parquet"]
    with pytest.raises(
        Missing, match=r"train\.parquet \(.{8}…\): not in DVC's cache here; `--pull` fetches it"
    ):
        History().path("adapter@v0.1.0", "data/train/train.parquet")
    [second, first] = lineage("b1", History(pull=True))["versions"]
    assert (second["trained"], first["trained"], first["missing"]) == (1, 0, [])


def test_a_remote_with_other_bytes_is_not_believed(ledger: Path) -> None:
    table = History().path("adapter@v0.1.0", "data/train/train.parquet")
    there = Path("../remote", *table.parts[-4:])
    table.unlink()
    there.chmod(0o644)
    there.write_text("other")
    with pytest.raises(Missing, match=r"data/train/train\.parquet"):
        History(pull=True).path("adapter@v0.1.0", "data/train/train.parquet")
    assert not table.exists()


def test_text_json_picture_and_rows(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell("v0.1.0", False, Path("../p.svg"), Path("../rows.csv"), False)
    text = capsys.readouterr().out
    assert "  train     3 rows (eda 1, original 2), md5 " in text
    assert "中文.jsonl" in Path("../p.svg").read_text(encoding="utf-8")
    rows = Path("../rows.csv").read_text(encoding="utf-8").splitlines()
    assert rows[3] == "adapter@v0.1.0,train,a1-made,english.jsonl:1,a1,eda"
    assert len(rows) == 1 + 3 + 1 + 8
    tell("a1", True, None, None, False)
    assert json.loads(capsys.readouterr().out)["kind"] == "row"
