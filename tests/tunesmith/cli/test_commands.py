"""The verbs of `tunesmith` that read and turn dials, as a person types them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """The dials and recipes of this project in a folder of their own."""
    shutil.copy(root / "params.yaml", tmp_path)
    shutil.copytree(root / "recipes", tmp_path / "recipes")
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Run `tunesmith WORDS` in the project."""

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tunesmith", *words]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    return call


def test_check_names_the_phases_of_valid_dials(run: Run) -> None:
    done = run("check")
    assert (done.returncode, done.stdout) == (0, "params.yaml is valid; phases: sft\n")


def test_a_misspelt_key_is_named_with_its_line_and_the_known_ones(run: Run, project: Path) -> None:
    params = project / "params.yaml"
    text = params.read_text().replace("  batch_size: 64", "  batchsize: 64")
    params.write_text(text)
    done = run("check")
    line = text[: text.index("batchsize")].count("\n") + 1
    assert done.returncode == 1
    assert done.stderr.startswith(f'error: params.yaml:{line}: predict.batchsize: unknown key "ba')
    assert 'did you mean "batch_size"?' in done.stderr
    assert "max_new_tokens" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_data_check_ends_with_two_where_nothing_can_be_read(run: Run) -> None:
    done = run("data", "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: data/inbox: no such file or folder\n"


def test_set_turns_a_dial_and_keeps_every_comment(run: Run, project: Path) -> None:
    before = (project / "params.yaml").read_text()
    assert run("set", "phases.sft.epochs=3").returncode == 0
    after = (project / "params.yaml").read_text()
    changed = list(zip(before.split("\n"), after.split("\n"), strict=True))
    assert [(old, new) for old, new in changed if old != new] == [
        ("    epochs: 2", "    epochs: 3")
    ]


def test_a_recipe_that_cannot_be_laid_on_leaves_the_file_alone(run: Run, project: Path) -> None:
    before = (project / "params.yaml").read_bytes()
    done = run("recipe", "apply", "chat", "--set", "phases.sft.from=nobody")
    assert done.returncode == 1
    assert 'no phase "nobody"; known: base' in done.stderr
    assert (project / "params.yaml").read_bytes() == before


def test_an_unknown_recipe_is_answered_with_the_known_ones(run: Run) -> None:
    done = run("recipe", "apply", "chatt")
    known = "adapters, chat, classify, continual, demo, distil, dpo, rlhf"
    assert done.stderr == f'error: recipes: no recipe "chatt"; known: {known}\n'


def test_the_list_of_recipes_says_what_each_is_for(run: Run) -> None:
    done = run("recipe", "list")
    assert "classify" in done.stdout
    assert "text classification" in done.stdout


def test_results_before_any_run_say_what_makes_them(run: Run) -> None:
    done = run("results")
    assert (done.returncode, done.stderr) == (
        1,
        "error: reports/metrics.json: no such file; `make demo` or `dvc repro` makes it\n",
    )
