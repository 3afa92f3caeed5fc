"""Tasks are found by name, with rows beside them; what is missing is named."""

import shutil
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tunesmith.harness.toys import write_tasks
from tunesmith.errors import UserError
from tunesmith.harness.tasks import load_tasks

pytestmark = pytest.mark.skipif(
    find_spec("lm_eval") is None, reason="lm_eval is not installed: `make harness`"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tasks(tmp_path / "tasks")


def test_rows_lie_beside_the_tasks(folder: Path) -> None:
    loaded = load_tasks(["pick", "read"], folder, None)
    assert list(loaded["tasks"]) == ["pick", "read"]
    assert len(loaded["tasks"]["pick"].eval_docs) == 9


def test_shots_are_set_unless_the_task_says_none(folder: Path) -> None:
    none = (folder / "pick.yaml").read_text().replace("task: pick", "task: bare\nnum_fewshot: 0")
    (folder / "bare.yaml").write_text(none)
    loaded = load_tasks(["pick", "bare"], folder, 3)["tasks"]
    assert [loaded[name].config.num_fewshot for name in ("pick", "bare")] == [3, 0]
    assert load_tasks(["pick"], folder, None)["tasks"]["pick"].config.num_fewshot == 0


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere: no such folder"):
        load_tasks(["pick"], tmp_path / "nowhere", None)
    with pytest.raises(UserError, match=r"no \*.yaml file"):
        load_tasks(["pick"], tmp_path, None)


def test_a_file_that_is_no_yaml_is_named(folder: Path) -> None:
    (folder / "broken.yaml").write_text("task: [broken\n")
    with pytest.raises(UserError, match="broken.yaml: not the YAML of a task"):
        load_tasks(["pick"], folder, None)


def test_two_files_with_one_name_are_named(folder: Path) -> None:
    (folder / "zz.yaml").write_text((folder / "pick.yaml").read_text())
    with pytest.raises(UserError, match=r"zz.yaml: task pick stands in .*pick.yaml too"):
        load_tasks(["pick"], folder, None)


def test_rows_that_are_missing_are_named(folder: Path) -> None:
    (folder / "choices.jsonl").unlink()
    with pytest.raises(UserError, match=r"--task pick: .*choices.jsonl.*in --tasks-folder"):
        load_tasks(["pick"], folder, None)


def test_an_unknown_task_is_answered_with_near_ones(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lm_eval.tasks import TaskManager

    few = partial(TaskManager, include_defaults=False)  # of 14,000 it takes seconds
    monkeypatch.setattr("lm_eval.tasks.TaskManager", few)
    with pytest.raises(UserError, match=r"--task pikc: no such task; did you mean pick\?"):
        load_tasks(["pikc"], folder, None)
    with pytest.raises(UserError, match="lm_eval has 4, and .*tasks has no file with `task: zzzz`"):
        load_tasks(["zzzz"], folder, None)


@pytest.mark.slow
def test_the_tasks_of_lm_eval_are_found_beside_those_of_a_folder(folder: Path) -> None:
    with pytest.raises(UserError, match="--task arc_easy: its rows are on the hub"):
        load_tasks(["pick", "arc_easy"], folder, None)


def test_without_network_the_hub_is_named(folder: Path) -> None:
    on_hub = (folder / "pick.yaml").read_text().replace("dataset_path: json", "dataset_path: a/b")
    (folder / "far.yaml").write_text(on_hub.replace("task: pick", "task: far"))
    with pytest.raises(UserError, match="--task far: its rows are on the hub, which gave nothing"):
        load_tasks(["far"], folder, None)


def test_a_copy_of_a_data_set_of_the_hub_may_lie_in_the_folder(folder: Path) -> None:
    on_hub = (folder / "pick.yaml").read_text().replace("dataset_path: json", "dataset_path: a/b")
    on_hub = on_hub.replace("data_files: {test: choices.jsonl}, ", "")
    (folder / "far.yaml").write_text(on_hub.replace("task: pick", "task: far"))
    (folder / "a" / "b").mkdir(parents=True)
    shutil.copy(folder / "choices.jsonl", folder / "a" / "b" / "test.jsonl")
    assert len(load_tasks(["far"], folder, None)["tasks"]["far"].eval_docs) == 9


def test_a_package_that_a_task_needs_is_named(folder: Path) -> None:
    (folder / "code.py").write_text("import no_such_package\n")
    text = (folder / "pick.yaml").read_text().replace("task: pick", "task: coded")
    (folder / "coded.yaml").write_text(text + "process_docs: !function code.made\n")
    with pytest.raises(UserError, match="its code needs the package no_such_package"):
        load_tasks(["coded"], folder, None)
