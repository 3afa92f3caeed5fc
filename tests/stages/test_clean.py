"""The stage that runs the cleaners."""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stages.clean import clean, located, main
from tests.tunesmith.cleaners.rows_for_tests import chat, frame
from tunesmith.cleaners import CleanParams
from tunesmith.errors import UserError
from tunesmith.rows import read_rows, write_rows

PARAMS = """
seed: 0
clean:
  steps:
    - {kind: length}
    - {kind: pii}
    - {kind: exact_duplicates}
"""


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, out: str) -> list[bytes]:
    names = {"kept": "kept.parquet", "decisions": "decisions.parquet", "summary": "clean.json"}
    pairs = [part for flag, name in names.items() for part in (f"--{flag}", f"{out}/{name}")]
    monkeypatch.chdir(folder)
    read = ["--examples", "examples.parquet", "--evaluation-sets", "sets"]
    read += ["--forgotten", "forgotten.csv"]
    if not Path("forgotten.csv").exists():
        Path("forgotten.csv").write_text("kind,name\n")
    monkeypatch.setattr(sys, "argv", ["clean", *read, *pairs])
    main()
    return [(folder / out / name).read_bytes() for name in names.values()]


def test_every_row_is_kept_or_dropped_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    rows = frame(
        chat("Hi", "Hello"),
        chat("Hi", ""),
        chat("Mail me at a@b.com", "Done"),
        chat("hi!", "hello", lang="zh"),
    )
    write_rows(tmp_path / "examples.parquet", rows)
    first = run(monkeypatch, tmp_path, "one")
    assert list(read_rows(tmp_path / "one/kept.parquet")["id"]) == [rows["id"][0], rows["id"][2]]
    decisions = pq.read_table(tmp_path / "one/decisions.parquet").to_pylist()
    assert [(d["source"], d["step"], d["action"], d["reason"]) for d in decisions] == [
        ("t.jsonl:2", "length", "drop", "no answer"),
        ("t.jsonl:3", "pii", "rewrite", "email"),
        ("t.jsonl:4", "exact_duplicates", "drop", "repeats an earlier row"),
        ("t.jsonl:1", None, "keep", "untouched"),
    ]
    assert json.loads(first[2]) == {
        "rows": {"in": 4, "kept": 2, "dropped": 2},
        "languages": {"in": {"en": 3, "zh": 1}, "kept": {"en": 2}},
        "dropped": {
            "length": {"no answer": 1},
            "exact_duplicates": {"repeats an earlier row": 1},
        },
        "rewritten": {"pii": {"email": 1}},
        "flagged": {},
    }
    assert "2 of 4 rows kept" in capsys.readouterr().out
    assert b"a@b.com" not in first[1]
    assert run(monkeypatch, tmp_path, "two") == first


def test_cleaning_that_leaves_nothing_says_which_step_did_it() -> None:
    settings = CleanParams(steps=({"kind": "length"},))  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"drop every row: length: no answer \(2\); loosen them"):
        clean(frame(chat("Hi", ""), chat("Ho", "")), settings, seed=0)


def test_a_set_outside_of_the_watched_folder_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "exam.jsonl").write_text('{"question": "Who?"}\n')
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets/quiz.jsonl").write_text('{"question": "Why?"}\n')
    exam = {"name": "exam", "path": str(tmp_path / "exam.jsonl")}
    steps = ({"kind": "length"}, {"kind": "decontaminate", "against": ["quiz", exam]})
    settings = CleanParams.model_validate({"steps": steps})
    step = located(settings, tmp_path / "sets").steps[1]
    assert [one.path for one in step.against] == [  # type: ignore[union-attr]
        str(tmp_path / "sets/quiz.jsonl"),
        exam["path"],
    ]
    assert capsys.readouterr().out == (
        f"note: evaluation set exam: DVC does not watch {exam['path']}; put it into "
        f"{tmp_path / 'sets'}, or run `dvc repro -f clean` after changing it\n"
    )


def test_a_cluster_gives_the_outputs_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    rows = [chat(f"Order {k % 9}?", f"It is number {k % 9}.") for k in range(40)]
    write_rows(tmp_path / "examples.parquet", frame(*rows, chat("Hi", "")))
    (tmp_path / "params.yaml").write_text(PARAMS)
    one = run(monkeypatch, tmp_path, "one")
    told = capsys.readouterr().out
    (tmp_path / "params.yaml").write_text(f"{PARAMS}  scale_out: {{workers: 1, partition_rows: 9}}")
    assert run(monkeypatch, tmp_path, "two") == one
    assert capsys.readouterr().out == told
    assert "31  exact_duplicates" in told


def test_a_cluster_that_keeps_nothing_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    write_rows(tmp_path / "examples.parquet", frame(chat("Hi", "")))
    (tmp_path / "params.yaml").write_text(f"{PARAMS}  scale_out: {{workers: 1}}")
    with pytest.raises(UserError, match=r"drop every row: length: no answer \(1\)"):
        run(monkeypatch, tmp_path, "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", ["", "  scale_out: {workers: 1, partition_rows: 2}"])
def test_what_is_to_be_forgotten_goes_first_and_its_twin_is_a_row_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    if more:
        pytest.importorskip("distributed")
    rows = frame(chat("Hi", "Hello"), chat("Hi!", "Hello"), chat("你好", "您好"))
    rows.loc[2, "source"] = "中文.jsonl:3"
    write_rows(tmp_path / "examples.parquet", rows)
    (tmp_path / "params.yaml").write_text(PARAMS + more)
    (tmp_path / "forgotten.csv").write_text(f"kind,name\nrow,{rows['id'][0]}\nsource,中文.jsonl\n")
    run(monkeypatch, tmp_path, "out")
    assert list(read_rows(tmp_path / "out/kept.parquet")["id"]) == [rows["id"][1]]
    decisions = pq.read_table(tmp_path / "out/decisions.parquet").to_pylist()
    assert [(d["step"], d["action"], d["reason"]) for d in decisions] == [
        ("forgotten", "drop", "a request to forget the row"),
        ("forgotten", "drop", "a request to forget its source"),
        (None, "keep", "untouched"),
    ]
