"""The stage that reads the sources."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stages.collect import collect, main
from tunesmith.errors import UserError
from tunesmith.rows import read_rows
from tunesmith.sources import CollectParams

PARAMS = """
collect:
  folder: inbox
  sources:
    - {kind: file, path: zh.csv, licence: MIT, columns: {prompt: ask, completion: reply}}
    - {kind: file, path: en.jsonl, lang: en, split: test}
"""


def gathered(folder: Path, *sources: dict[str, Any]) -> Any:
    return collect(folder, CollectParams(folder=folder, sources=list(sources)).sources)  # type: ignore[arg-type]


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, out: str) -> list[bytes]:
    names = ("examples.parquet", "quarantine.jsonl", "manifest.json")
    flags = ("--examples", "--quarantine", "--manifest")
    paths = [f"{out}/{name}" for name in names]
    pairs = [part for pair in zip(flags, paths, strict=True) for part in pair]
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["collect", "--folder", "inbox", *pairs])
    main()
    return [(folder / path).read_bytes() for path in paths]


def test_sources_become_one_table_a_quarantine_and_a_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    chinese = "ask,reply\n请问我的订单到哪了,您的订单已经发货了\n不要了,好的\n一,二,三\n"
    (inbox / "zh.csv").write_bytes(chinese.encode("gbk"))
    good = json.dumps({"prompt": "Hi", "completion": ""})
    (inbox / "en.jsonl").write_text(f'{good}\n{{"prompt"\n{{"foo": "{"x" * 3000}"}}\n{good}\n')
    first = run(monkeypatch, tmp_path, "one")
    rows = read_rows(tmp_path / "one/examples.parquet")
    assert list(rows["source"]) == ["zh.csv:1", "zh.csv:2", "en.jsonl:1", "en.jsonl:4"]
    assert list(rows["lang"]) == ["zh", "zh", "en", "en"]
    assert list(rows["split"]) == [None, None, "test", "test"]
    assert rows["id"].is_unique
    aside = [json.loads(line) for line in first[1].decode().splitlines()]
    assert [(item["file"], item["line"]) for item in aside] == [
        ("zh.csv", 3),
        ("en.jsonl", 2),
        ("en.jsonl", 3),
    ]
    assert len(aside[2]["raw"]) == 2000
    manifest = json.loads(first[2])
    assert manifest["totals"] == {
        "files": 2,
        "rows": 4,
        "quarantined": 3,
        "languages": {"en": 2, "zh": 2},
    }
    assert manifest["sources"][0]["encoding"] == "gb18030"
    assert manifest["sources"][0]["licences"] == {"MIT": 2}
    assert str(tmp_path) not in first[2].decode()
    out = capsys.readouterr().out
    assert "zh.csv: 2 prompt_completion (2 zh); 1 set aside" in out
    assert "zh.csv: not UTF-8: read as gb18030" in out
    assert run(monkeypatch, tmp_path, "two") == first


def test_a_file_of_no_shape_names_its_first_line_and_the_shapes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"foo": 1}\n{"foo": 2}\n')
    with pytest.raises(UserError) as caught:
        gathered(tmp_path, {"kind": "file", "path": "a.jsonl"})
    message = str(caught.value)
    assert message.startswith(f'{tmp_path}/a.jsonl:2: columns "foo" fit no shape')
    assert "alpaca (instruction, output)" in message


def test_a_run_that_fails_leaves_the_outputs_of_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "zh.csv").write_text("ask,reply\nHi,Hello\n")
    (inbox / "en.jsonl").write_text('{"prompt": "Hi", "completion": "Hello"}\n')
    run(monkeypatch, tmp_path, "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (inbox / "zh.csv").write_text("ask,reply\nBye,Goodbye\n")
    (inbox / "en.jsonl").write_text('{"foo": 1}\n')
    with pytest.raises(UserError, match="none of its 1 rows can be used"):
        run(monkeypatch, tmp_path, "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_run_that_is_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "params.yaml").write_text(
        "collect: {folder: inbox, sources: [{kind: file, path: a.jsonl}]}"
    )
    (inbox / "a.jsonl").write_text('{"prompt": "Hi", "completion": "Hello"}\n' * 200_000)
    names = ("examples.parquet", "quarantine.jsonl", "manifest.json")
    flags = [word for name in names for word in (f"--{name.partition('.')[0]}", f"out/{name}")]
    command = [sys.executable, "-m", "stages.collect", "--folder", "inbox", *flags]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}/src:{root}"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as stage:
        partial = tmp_path / "out" / ".examples.parquet.partial"
        while stage.poll() is None and not partial.exists():
            time.sleep(0.01)
        stage.kill()
    assert stage.returncode == -signal.SIGKILL
    assert not any((tmp_path / "out" / name).exists() for name in names)


def test_lines_that_are_broken_and_records_of_no_shape_keep_their_order(tmp_path: Path) -> None:
    good = '{"prompt": "Hi", "completion": "Hello"}'
    lines = ["x", '{"foo": 1}', good, "y", '{"foo": 2}', *[good] * 200, "z", '{"foo": 3}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    found = gathered(tmp_path, {"kind": "file", "path": "a.jsonl"})
    assert [item["line"] for item in found.quarantine] == [1, 2, 4, 5, 206, 207]
    assert len(found.rows) == 201


def test_an_empty_file_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("")
    with pytest.raises(UserError, match=r"x\.jsonl: the file is empty; put rows in it"):
        gathered(tmp_path, {"kind": "file", "path": "x.jsonl"})


def test_the_same_file_twice_still_gives_ids_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\none\n")
    found = gathered(tmp_path, *[{"kind": "file", "path": "a.txt"}] * 2)
    assert len({row["id"] for row in found.rows}) == 4


def test_an_unknown_kind_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("collect:\n  folder: x\n  sources:\n    - {kind: ftp}\n")
    with pytest.raises(UserError, match=r"params\.yaml:4.*'file', 'http', 'hub', 'mixture', 'sql'"):
        CollectParams.read("collect", path)
