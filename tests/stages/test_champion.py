"""The champion: a pointer to a tag, the base model while there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from stages.champion import fetch, read_pointer
from tunesmith.errors import UserError
from tunesmith.files import write_json


def test_nobody_is_champion_before_the_first_promotion(tmp_path: Path, root: Path) -> None:
    write_json(tmp_path / "champion.json", {"tag": None, "model": None})
    assert read_pointer(tmp_path / "champion.json") is None
    assert read_pointer(root / "champion.json") is None


def test_a_tag_that_is_an_option_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "champion.json", {"tag": "--upload-pack=x", "model": "models/sft"})
    with pytest.raises(UserError, match="is no tag"):
        read_pointer(tmp_path / "champion.json")


def test_a_champion_that_cannot_be_fetched_names_tag_and_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    with pytest.raises(UserError, match=r"cannot fetch models/sft at v1: .*git fetch --tags"):
        fetch({"tag": "v1", "model": "models/sft"}, tmp_path / "models" / "champion")


def test_a_promoted_model_is_taken_out_of_the_commit_of_its_tag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    model = tmp_path / "models" / "sft"
    model.mkdir(parents=True)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]

    def version(text: str) -> None:
        (model / "weights").write_text(text)
        subprocess.run([sys.executable, "-m", "dvc", "add", "-q", "models/sft"], check=True)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", text], check=True)

    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], check=True)
    version("good")
    subprocess.run(["git", "tag", "adapter@v0.1.0"], check=True)
    version("newer")
    fetch({"tag": "adapter@v0.1.0", "model": "models/sft"}, tmp_path / "models" / "champion")
    assert (tmp_path / "models" / "champion" / "weights").read_text() == "good"
