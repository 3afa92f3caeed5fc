"""`tunesmith data check`: what becomes of dropped files, and that nothing else is touched."""

import gzip
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.tiny import chat_row
from tunesmith.cli.check_data import BAD_ROWS, PAGE, check_data
from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.rows import to_frame, write_rows

PARAMS = """\
seed: 0
collect:
  folder: data/inbox
  sources:
    - {kind: file, path: 旧.csv, encoding: gbk, columns: {prompt: 问题, completion: 回答}}
    - {kind: file, path: "*.jsonl*"}
clean:
  steps:
    - {kind: length, min_answer_chars: 1}
    - {kind: language, keep: [en, zh]}
    - {kind: pii, action: mask}
    - {kind: exact_duplicates}
    - {kind: decontaminate}
validate:
  clean: {expectations: [{kind: answer_present}, {kind: drop_rate, at_most: 0.5}]}
  train: {expectations: [{kind: no_leak}]}
profile: {title: Shop, balance: [lang]}
"""
PHONE = "13800138123"
GOOD = [
    {"prompt": "Where is my order, please?", "completion": "It is on its way to you."},
    {"prompt": "请问我的订单到哪里了？", "completion": "您的订单已经发货了。"},
    {"prompt": f"Please call me back on {PHONE} today.", "completion": "We will call you."},
]


@pytest.fixture(autouse=True)
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with dials and an inbox, entered."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    Path("data/inbox").mkdir(parents=True)
    return Path("data/inbox")


def drop(name: str, records: list[dict[str, str]], *broken: str) -> None:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    Path("data/inbox", name).write_text("\n".join([*lines, *broken]), encoding="utf-8")


def checked(*paths: str) -> tuple[int, str]:
    """Return exit code and what is printed."""
    with Path("out.txt").open("w+", encoding="utf-8") as handle:
        code = check_data([Path(path) for path in paths], Console(file=handle, width=160))
        handle.seek(0)
        return code, handle.read()


def last_run(*rows: dict[str, object], files: dict[str, str] | None = None) -> None:
    """Leave what a run would: the rows kept, which of them are test rows, and the manifest."""
    write_rows(Path("data/cleaned/kept.parquet"), to_frame(rows))
    test = [row for row in rows if row.get("split") == "test"]
    write_rows(Path("data/splits/test.parquet"), to_frame(test))
    Path("reports/data").mkdir(parents=True)
    sources = [{"path": name, "sha256": sha, "kind": "file"} for name, sha in (files or {}).items()]
    Path("reports/data/manifest.json").write_text(json.dumps({"sources": sources}))


def test_a_sound_file_is_fit_and_the_last_line_says_how_to_hand_it_over() -> None:
    drop("shop.jsonl", GOOD, '{"prompt": "Hi there"}')
    before = {path for path in Path().rglob("*") if path.is_file()}
    code, out = checked()
    assert code == 0
    assert "data/inbox/shop.jsonl  prompt_completion" in out
    assert "lang: en 2, zh 1" in out
    assert "rows with personal data, by kind: phone 1" in out
    assert "data/inbox/shop.jsonl:4" in out
    assert "in one of the shapes of docs/data-shapes.md" in out
    assert "fit: 3 of 4 rows would stay" in out
    assert (
        "next: dvc add data/inbox/shop.jsonl && dvc push && git add data/inbox/shop.jsonl.dvc"
        in out
    )
    page = PAGE.read_text(encoding="utf-8")
    assert "Shop: check of 1 file: data" in page
    assert "trained on" not in page
    assert PHONE not in out + page + BAD_ROWS.read_text(encoding="utf-8")
    made = {path for path in Path().rglob("*") if path.is_file()} - before
    assert {path.parts[0] for path in made} == {".work", "out.txt"}, "nothing else is written"


def test_a_file_is_read_as_its_source_says_and_packed_ones_are_unpacked(inbox: Path) -> None:
    (inbox / "旧.csv").write_bytes("问题,回答\n请问几点开门？,早上九点。\n".encode("gbk"))
    with gzip.open(inbox / "en.jsonl.gz", "wt") as packed:
        packed.write(json.dumps(GOOD[0]))
    code, out = checked()
    assert code == 0
    assert "fit: 2 of 2 rows would stay" in out
    assert "lang: en 1, zh 1" in out


def test_one_file_that_cannot_be_read_does_not_hide_the_good_one(inbox: Path) -> None:
    drop("good.jsonl", GOOD)
    (inbox / "bad.jsonl").write_bytes(b'{"prompt": "caf\xe9", "completion": "x"}\n' * 3)
    (inbox / "odd.jsonl").write_text('{"foo": 1}\n{"foo": 2}\n')
    (inbox / "table.xlsx").write_bytes(b"PK\3\4")
    code, out = checked()
    assert code == 2
    assert "cannot be read: data/inbox/bad.jsonl:1: byte " in out
    assert 'cannot be read: data/inbox/odd.jsonl:1: columns "foo" fit no shape' in out
    assert "cannot be read: data/inbox/table.xlsx: table.xlsx is of an unknown format" in out
    assert "data/inbox/good.jsonl  prompt_completion     3" in out
    assert "not readable: 3 of 4 files" in out
    assert "next: mend or take out what cannot be read" in out


def test_rows_that_are_there_already_or_are_tested_are_told_apart() -> None:
    asked = {"prompt": "What does the express service cost?", "completion": "Nine euros."}
    there = chat_row(1, GOOD[0]["prompt"], GOOD[0]["completion"], lang="en")
    test = chat_row(2, asked["prompt"], "Ten euros.", lang="en", split="test")
    last_run(there, test)
    drop("new.jsonl", [*GOOD, GOOD[1], asked])
    code, out = checked()
    assert code == 1, "three of five rows go, more than half"
    assert "repetitions: 1 within these files, 1 of rows that are there already" in out
    assert "overlap with what is tested: repeats a test row 1" in out
    assert "stops a run: drop_rate: 60.0% of the collected rows were dropped" in out
    assert "not fit: a run would stop at drop_rate" in out


def test_of_a_folder_only_what_the_last_run_has_not_read_is_checked(inbox: Path) -> None:
    drop("old.jsonl", GOOD[:1])
    last_run(chat_row(1, "Hi", "Hello"), files={"old.jsonl": sha256_file(inbox / "old.jsonl")})
    assert checked() == (
        0,
        "data/inbox: nothing new since the last run; name a file to check it again\n",
    )
    drop("new.jsonl", GOOD[1:])
    code, out = checked()
    assert code == 0
    assert "old.jsonl" not in out
    assert "fit: 1 of 1" in checked("data/inbox/old.jsonl")[1]


def test_a_file_that_no_source_reads_is_named(tmp_path: Path) -> None:
    Path("elsewhere.jsonl").write_text(json.dumps(GOOD[0]))
    code, out = checked("elsewhere.jsonl")
    assert code == 0
    assert "next: no source of params.yaml reads elsewhere.jsonl" in out


def test_nothing_to_check_is_said_with_the_way_out(inbox: Path) -> None:
    with pytest.raises(UserError, match="data/inbox: no file here; copy yours into it"):
        checked()
    (inbox / "README.md").write_text("x")
    (inbox / "gone.jsonl.dvc").write_text("x")
    with pytest.raises(UserError, match="data/inbox: no file here"):
        checked()
    with pytest.raises(UserError, match="nowhere: no such file or folder"):
        checked("nowhere")
