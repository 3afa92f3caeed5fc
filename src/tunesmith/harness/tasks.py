"""Finds tasks by name, in a folder of YAML files or among those of lm_eval, with their rows."""

from contextlib import AbstractContextManager, chdir, nullcontext
from difflib import get_close_matches
from logging import ERROR, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.harness.installed import naming_packages
from tunesmith.harness.overflow import allow_infinity

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager

Tasks = dict[str, dict[str, Any]]  # what TaskManager.load returns


def load_tasks(names: list[str], folder: Path | None, shots: int | None) -> Tasks:
    """Return the tasks, groups and tags of these names, with their rows.

    Args:
        names: of tasks, groups of tasks, or tags.
        folder: of YAML files, searched before the tasks of lm_eval; paths of data files in them
            are relative to it.
        shots: worked examples before each question; None leaves it to the tasks. A task that says
            0 itself keeps 0, as in lm_eval.

    Raises:
        UserError: the folder is missing or has a broken file, a name is unknown, or rows cannot
            be had.
    """
    import datasets

    datasets.disable_progress_bars()
    getLogger("lm_eval").setLevel(ERROR)  # else it tells every default that a task leaves open
    manager = _manager(names, folder)
    loaded: Tasks = {"tasks": {}, "groups": {}, "group_map": {}}
    for name in names:
        with _beside(folder), naming_packages(name):
            part = _load(manager, name)
        for key, found in loaded.items():
            found.update(part[key])
    for task in loaded["tasks"].values():
        _set_shots(task, shots)
        allow_infinity(task)
    return loaded


def _manager(names: list[str], folder: Path | None) -> "TaskManager":
    """Return the index of the folder; with the 14,000 names of lm_eval where it needs them."""
    from lm_eval.tasks import TaskManager

    if folder is not None:
        _refuse_broken(folder)
        own = TaskManager(include_path=str(folder.resolve()), include_defaults=False)
        if set(names) <= set(own.all_tasks):
            return own
    manager = TaskManager(include_path=str(folder.resolve()) if folder else None)
    for name in names:
        if name not in manager.all_tasks:
            raise UserError(f"--task {name}: no such task; {_near(name, manager, folder)}")
    return manager


def _near(name: str, manager: "TaskManager", folder: Path | None) -> str:
    """Name the tasks that may have been meant."""
    if close := get_close_matches(name, manager.all_tasks, n=3):
        return f"did you mean {', '.join(close)}?"
    where = f"{folder} has no file with `task: {name}`" if folder else "--tasks-folder adds yours"
    return f"lm_eval has {len(manager.all_tasks):,}, and {where}"


def _refuse_broken(folder: Path) -> None:
    """Refuse a folder in which lm_eval would leave a file out, or all, without a word."""
    if not folder.is_dir():
        raise UserError(f"--tasks-folder {folder}: no such folder")
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise UserError(f"--tasks-folder {folder}: no *.yaml file; docs/harness.md shows one")
    seen: dict[str, Path] = {}
    for file in files:
        name = _name(file)
        if name in seen:
            raise UserError(f"{file}: task {name} stands in {seen[name]} too; rename one")
        if name is not None:
            seen[name] = file


def _name(file: Path) -> str | None:
    """Return the name of the task or group that a file holds; None for one to be included."""
    from lm_eval.tasks._yaml_loader import load_yaml
    from yaml import YAMLError

    try:
        found = load_yaml(file, resolve_func=False)
    except (YAMLError, ValueError, OSError) as error:
        said = " ".join(str(error).split())
        raise UserError(f"{file}: not the YAML of a task: {said}") from None
    name = found.get("group") or found.get("task")
    return name if isinstance(name, str) else None


def _beside(folder: Path | None) -> AbstractContextManager[None]:
    """Return what makes paths relative to the folder of tasks."""
    return nullcontext() if folder is None else chdir(folder)


def _load(manager: "TaskManager", name: str) -> dict[str, Any]:
    """Load one name and the rows that it needs."""
    from datasets.exceptions import DatasetNotFoundError

    try:
        return dict(manager.load([name]))
    except (ConnectionError, DatasetNotFoundError) as error:
        raise UserError(
            f"--task {name}: its rows are on the hub, which gave nothing ({_first(error)}); run it "
            "once with network (the rows stay in the cache of datasets), or give a task with "
            "rows of yours in --tasks-folder"
        ) from None
    except FileNotFoundError as error:
        raise UserError(
            f"--task {name}: {_first(error)}; data files are looked for in --tasks-folder"
        ) from None


def _first(error: Exception) -> str:
    """Return the first line of an error."""
    return str(error).partition("\n")[0].rstrip(". ")


def _set_shots(task: Any, shots: int | None) -> None:
    """Set the number of worked examples, as lm_eval's own command does."""
    own = task.get_config("num_fewshot")
    if own is None or (shots is not None and own != 0):
        task.set_config(key="num_fewshot", value=shots or 0)
