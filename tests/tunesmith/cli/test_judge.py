"""`tunesmith judge` and its verbs, as a person types them."""

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.judging import comparison, comparisons, question, rating, write_judged
from tunesmith.cli.judged import show, write_pairs
from tunesmith.human.comparison import Comparison
from tunesmith.human.journal import Journal
from tunesmith.human.standing import standing

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-m", "tunesmith", "judge"]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """Dials, rows, predictions, and ratings of two people."""
    shutil.copy(root / "params.yaml", tmp_path)
    items = [*comparisons(6), comparison(6, "same", "same")]
    write_judged(tmp_path, items)
    for name, said in {"ann": ["first"] * 6, "ben": ["first"] * 4 + ["second", "tie"]}.items():
        journal = Journal(tmp_path / f"data/ratings/{name}.jsonl")
        for item, one in zip(items, said, strict=False):
            marks = {"fluency": {"left": 4, "right": 3}}
            journal.add(rating(item, name, one, ratings=marks))
        journal.add(rating(items[6], name, "tie", automatic=True))
        journal.close()
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Run `tunesmith judge WORDS` in the project."""

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words], cwd=project, capture_output=True, text=True, check=False
        )

    return call


@pytest.fixture
def served(project: Path) -> Iterator[subprocess.Popen[str]]:
    """A running `tunesmith judge`."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--rows", "7"], cwd=project, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()


def test_the_page_is_announced_served_and_ended_in_order(
    served: subprocess.Popen[str], project: Path
) -> None:
    assert served.stdout is not None
    assert served.stdout.readline() == (
        "7 rows, candidate against base, shown blind; 1 of them have the same answer from both "
        "and count as ties\n"
    )
    url = served.stdout.readline().strip()
    [key] = (project / ".work/judge").iterdir()
    assert key.read_text().strip() in url
    assert key.name == f"token-{urlsplit(url).port}"
    with urllib.request.urlopen(url, timeout=5) as reply:
        assert b"Which answer is better?" in reply.read()
    served.send_signal(signal.SIGINT)
    rest, _ = served.communicate(timeout=10)
    assert rest.endswith("ended; ratings are in data/ratings\n")
    assert served.returncode == 0
    assert list((project / ".work/judge").iterdir()) == []


def test_results_are_shown_as_tables(run: Run) -> None:
    done = run("results")
    assert done.returncode == 0, done.stderr
    assert "candidate against base: wins 5, loses 0, even 2 of 7 rows (1 with" in done.stdout
    for words in ("Win rate of candidate", "lang=zh", "fluency", "Cohen's kappa", "ann, ben"):
        assert words in done.stdout


def test_names_and_values_are_shown_as_they_are_written(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    row = question(0, meta='{"topic": "[/red]x"}')
    item = Comparison(row, ("[red]a", "b[/b]"), ("good", "bad"))
    ratings = [rating(item, name, "first", ratings={"fluency": {"left": 4}}) for name in ("a", "b")]
    show(standing([item], ratings, torn=1), ["meta.topic"], 0.95, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    for words in ("[red]a against b[/b]", "Win rate of [red]a", "meta.topic=[/red]x"):
        assert words in said
    assert "left out: lines torn by a crash (1)" in said


def test_results_are_printed_as_json(run: Run) -> None:
    said = json.loads(run("results", "--json", "--confidence", "0.9").stdout)
    assert said["win_rate"]["value"] == pytest.approx((4 + 0.5 + 0.75 + 0.5) / 7)
    assert said["confidence"] == 0.9
    assert said["criteria"]["fluency"]["difference"]["value"] == 1
    assert said["agreement"]["people"][0]["rows"] == 6


def test_pairs_are_written_with_what_is_left_out(run: Run, project: Path) -> None:
    done = run("pairs")
    assert done.stdout.splitlines() == [
        "data/inbox/human_pairs.jsonl: 4 pairs of 7 rated rows",
        "left out: 1, both answers are the same",
        "left out: 2, no majority",
    ]
    lines = (project / "data/inbox/human_pairs.jsonl").read_text().splitlines()
    assert [json.loads(line)["parent"] for line in lines] == [f"row-{n}" for n in range(4)]


def test_pairs_of_test_rows_are_told_not_to_reach_training(tmp_path: Path) -> None:
    item = Comparison(question(0, split="test"), ("candidate", "base"), ("good", "bad"))
    said = write_pairs(
        standing([item], [rating(item, "ann", "first")], 0), tmp_path / "pairs.jsonl"
    )
    assert "1 of the pairs ask what a test row asks" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--second", "nobody"], "no predictions of 'nobody'; there are: base, candidate"),
        (["--slice", "lang=fr"], "--slice lang=fr: none of the 7 rows is such"),
        (["--criterion", "A b"], "--criterion 'A b': small letters"),
        (["--second", "base", "results"], "options of `tunesmith judge results` stand behind"),
        (["results", "--slice", "colour"], 'no slice "colour"'),
        (["results", "--ratings", "nowhere"], "nowhere: no rating yet"),
    ],
)
def test_what_a_person_can_mend_is_one_line(run: Run, words: list[str], said: str) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
