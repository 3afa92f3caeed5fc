"""`tunesmith review`, as a person types it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reviewing import ALL, ident, proposals

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-m", "tunesmith", "review"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `tunesmith review WORDS` beside six proposals."""
    proposals(tmp_path)

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return call


def test_a_sheet_goes_out_and_comes_back(run: Run, tmp_path: Path) -> None:
    out = run("--file", "sheet.jsonl")
    assert out.stdout.splitlines() == [
        "sheet.jsonl: 6 rows; `tunesmith review --read sheet.jsonl` takes it back",
        "0 accepted (0 edited), 0 rejected, 6 open; 0 rows written",
    ]
    lines = [json.loads(one) for one in (tmp_path / "sheet.jsonl").read_text().splitlines()]
    lines[1] |= {"decision": "修改", "answer": "寄出了。"}
    lines[4]["decision"] = "reject"
    (tmp_path / "sheet.jsonl").write_text("\n".join(map(json.dumps, lines)))
    back = run("--read", "sheet.jsonl", "--by", "王芳")
    assert back.stdout.splitlines() == [
        "sheet.jsonl: 2 decisions, now in data/reviews/decisions.jsonl",
        "1 accepted (1 edited), 1 rejected, 4 open; 0 rows written",
    ]
    text = (tmp_path / "data/reviews/decisions.jsonl").read_text(encoding="utf-8")
    assert [json.loads(one)["reviewer"] for one in text.splitlines()] == ["王芳"] * 2


def test_a_bad_line_of_a_sheet_writes_no_decision(run: Run, tmp_path: Path) -> None:
    run("--file", "sheet.jsonl")
    lines = [json.loads(one) for one in (tmp_path / "sheet.jsonl").read_text().splitlines()]
    lines[0]["decision"] = "accept"
    lines[2]["decision"] = "accept"
    (tmp_path / "sheet.jsonl").write_text("\n".join(map(json.dumps, lines)))
    back = run("--read", "sheet.jsonl")
    assert back.returncode == 1
    assert back.stderr == "error: sheet.jsonl:3: there is no answer; write one\n"
    assert not (tmp_path / "data/reviews").exists()


def test_everything_is_approved_but_what_lacks_an_answer(run: Run) -> None:
    assert run("--approve-all", "--by", "ann").stdout.splitlines() == [
        "5 rows accepted; 1 lack an answer and stay open",
        "5 accepted (0 edited), 0 rejected, 1 open; 0 rows written",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--approve-all", "--read", "x.csv"], "one of --file, --read and --approve-all"),
        (["--file", "x.xlsx"], "x.xlsx: a name that ends in .csv or .jsonl"),
        (["--read", "x.csv"], "x.csv: no such file; --file writes it"),
        (["--approve-all", "--by", "a/b"], "--by 'a/b': small letters"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run: Run, words: list[str], says: str) -> None:
    found = run(*words)
    assert found.returncode == 1
    assert found.stderr.startswith("error: ")
    assert says in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_without_proposals_it_says_what_makes_them(tmp_path: Path) -> None:
    found = subprocess.run(COMMAND, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "candidates.jsonl: no such file; `tunesmith run`" in found.stderr


def test_the_page_ends_with_the_counts_and_forgets_its_token(run: Run, tmp_path: Path) -> None:
    process = subprocess.Popen(COMMAND, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first, url, _ = [process.stdout.readline() for _ in range(3)]
    assert first == "0 accepted (0 edited), 0 rejected, 6 open; 0 rows written\n"
    assert url.startswith("http://127.0.0.1:")
    assert len(list((tmp_path / ".work/review").iterdir())) == 1
    said = {"proposal": ident(ALL[0]), "decision": "accept"}
    (tmp_path / "data/reviews").mkdir(parents=True)
    (tmp_path / "data/reviews/decisions.jsonl").write_text(json.dumps(said) + "\n")
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=20)[0]
    assert rest.strip() == ("ended; 1 accepted (0 edited), 0 rejected, 5 open; 0 rows written")
    assert list((tmp_path / ".work/review").iterdir()) == []
