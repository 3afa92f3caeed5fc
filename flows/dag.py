"""Reads the graph that DVC holds and says, in words, which stages a run would touch and why."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from flows.dvc_process import take_no_dead_for_alive
from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.params import Params, load_yaml, plain

if TYPE_CHECKING:
    from dvc.repo import Repo
    from dvc.stage import Stage

DVC_FILE = Path("dvc.yaml")
DVC_LOCK = Path("dvc.lock")
LOCK_PATIENCE_SECONDS = 60.0
FORCED = "forced"  # a cause to run
HERE = "cpu"  # the pool that the flows themselves run in

Will = Literal["yes", "maybe", "no"]


class StageMeta(Params):
    """What a stage's `meta` in dvc.yaml tells the flow; DVC itself ignores it."""

    pool: str = HERE
    retries: NonNegativeInt = 0
    retry_delay_seconds: NonNegativeFloat = 10.0
    timeout_minutes: PositiveFloat | None = None

    @property
    def timeout_seconds(self) -> float | None:
        """After this it is ended."""
        return self.timeout_minutes * 60 if self.timeout_minutes else None


class PlannedStage(Component):
    """One node of the graph: a stage of dvc.yaml, or a `.dvc` file that it reads.

    `will_run` is "yes" (runs, or is restored from the cache), "maybe" (a stage before it will
    run and may change its inputs) or "no"; `why` has one entry per cause and is empty for "no".
    """

    name: str
    will_run: Will
    why: tuple[str, ...] = ()
    is_data: bool = False
    meta: StageMeta = Field(default_factory=StageMeta)
    upstream: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()

    @property
    def is_forced(self) -> bool:
        """Whether it runs even if nothing has changed."""
        return FORCED in self.why


def plan(force: tuple[str, ...] = ()) -> list[PlannedStage]:
    """Return every stage in the order of dvc.yaml, inputs first, with what a run would do.

    Stages named in `force` run whatever their state; a `foreach` group stands for its members.
    Nothing is changed on disk.

    Raises:
        UserError: no DVC project here, dvc.yaml is wrong, `meta` holds an unknown key, `force`
            names no stage, or another DVC command is busy here.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    if not DVC_FILE.exists():
        raise UserError(f"{DVC_FILE}: no such file; run from the root of the project")
    tree = load_yaml(DVC_FILE)
    logging.getLogger("dvc").setLevel(logging.ERROR)
    take_no_dead_for_alive()
    try:
        with Repo(".") as repo, _held(repo.lock):
            return _plan(repo, tree, force)
    except DvcException as error:
        raise UserError(_one_line(error)) from None


def stale_data() -> list[str]:
    """Return the `.dvc` files of the graph whose data is not here as they say.

    Raises:
        UserError: dvc.yaml is wrong, or another DVC command is busy here.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.ERROR)
    try:
        with Repo(".") as repo, _held(repo.lock):
            data = [stage for stage, _ in _in_order(repo) if stage.is_data_source]
            return [stage.addressing for stage in data if changes(stage)]
    except DvcException as error:
        raise UserError(_one_line(error)) from None


def _plan(repo: "Repo", tree: Any, force: tuple[str, ...]) -> list[PlannedStage]:
    """Go through the graph once; every stage sees what was decided for those before it."""
    planned: dict[str, PlannedStage] = {}
    stages = list(_in_order(repo))
    forced = expand([stage.addressing for stage, _ in stages], force)
    for stage, upstream in stages:
        why = (FORCED, *changes(stage)) if stage.addressing in forced else changes(stage)
        will_run: Will = "yes" if why else "no"
        restless = [name for name in upstream if planned[name].will_run != "no"]
        if restless and not why:
            will_run, why = "maybe", tuple(f"upstream {name} runs" for name in restless)
        planned[stage.addressing] = PlannedStage(
            name=stage.addressing,
            will_run=will_run,
            why=why,
            is_data=bool(stage.is_data_source),
            meta=_read_meta(stage, tree),
            upstream=upstream,
            deps=tuple(str(dep) for dep in stage.deps),
            outs=tuple(str(out) for out in stage.outs),
        )
    return list(planned.values())


def expand(known: list[str], wanted: tuple[str, ...]) -> set[str]:
    """Return the stages that `wanted` names; `train` stands for every `train@…`.

    Raises:
        UserError: a name fits no stage; the message lists those that exist.
    """
    found: set[str] = set()
    for name in wanted:
        members = {stage for stage in known if stage == name or stage.startswith(f"{name}@")}
        if not members:
            raise UserError(f'no stage "{name}" in {DVC_FILE}; stages: {", ".join(known)}')
        found |= members
    return found


def _in_order(repo: "Repo") -> Iterator[tuple["Stage", tuple[str, ...]]]:
    """Yield each stage that `dvc repro` would visit and the names of those it reads from.

    A frozen stage reads from none. Where the graph leaves a choice, dvc.yaml's order decides.
    """
    import networkx as nx
    from dvc.repo.graph import get_subgraph_of_nodes
    from dvc.repo.reproduce import get_active_graph

    graph = get_active_graph(repo.index.graph)
    graph = get_subgraph_of_nodes(graph, repo.stage.collect(str(DVC_FILE)))
    place = {
        stage: (not stage.is_data_source, index) for index, stage in enumerate(repo.index.stages)
    }
    for stage in nx.lexicographical_topological_sort(graph.reverse(), key=place.__getitem__):
        sources = sorted(graph.successors(stage), key=place.__getitem__)
        yield stage, tuple(source.addressing for source in sources)


def changes(stage: "Stage") -> tuple[str, ...]:
    """Return what DVC finds changed about one stage, one phrase each; empty when nothing is.

    DVC's own `repro --dry` is no plan: it calls stages cached that never ran.
    """
    found = stage.status().get(stage.addressing, [])
    if found and _never_ran(stage):
        return ("never run",)
    phrases: list[str] = []
    for entry in found:
        if isinstance(entry, str):
            phrases.append({"changed command": "command changed"}.get(entry, entry))
            continue
        for path, state in entry.get("changed deps", {}).items():
            phrases += _dependency_words(stage, path, state)
        for path, state in entry.get("changed outs", {}).items():
            phrases.append(_OUT_WORDS.get(state, f"out {state}: {{}}").format(path))
    return tuple(phrases)


_OUT_WORDS = {
    "deleted": "out missing: {}",
    "modified": "out changed: {}",
    "not in cache": "out not in the cache: {}",
}


def _dependency_words(stage: "Stage", path: str, state: Any) -> list[str]:
    """Return the phrases for one dependency; for params the keys inside, old and new."""
    dep = next(dep for dep in stage.deps if str(dep) == path)
    if isinstance(state, Mapping):
        old, new = dep.hash_info.value or {}, dep.read_params()
        return [
            f"{path}:{phrase}"
            for key in state
            for phrase in differences(key, old.get(key, ABSENT), new.get(key, ABSENT))
        ]
    if state == "deleted":
        return [f"{path} is missing"]
    return [f"{path} changed" if dep.hash_info else f"{path} is a new input"]


class _Absent:
    """Stands for a params key that one side lacks."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def differences(key: str, old: Any, new: Any) -> list[str]:
    """Return `key.of.the.leaf old → new` for every leaf in which two params values differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = dict.fromkeys([*new, *old])
        parts = [(f"{key}.{name}", old.get(name, ABSENT), new.get(name, ABSENT)) for name in names]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        parts = [(f"{key}[{i}]", *pair) for i, pair in enumerate(zip(old, new, strict=True))]
    else:
        return [] if old == new else [f"{key} {_short(old)} → {_short(new)}"]
    return [phrase for part in parts for phrase in differences(*part)]


def _short(value: object) -> str:
    """Return the value for one cell of a table."""
    text = str(plain(value))
    return text if len(text) <= 40 else f"{text[:37]}…"


def _never_ran(stage: "Stage") -> bool:
    """Tell whether dvc.lock knows nothing of this stage."""
    if stage.is_data_source:
        return False
    return stage.name not in stage.dvcfile.lockfile_contents.get("stages", {})


def _read_meta(stage: "Stage", tree: Any) -> StageMeta:
    """Return the stage's `meta`, validated; errors name the line in dvc.yaml."""
    meta = stage.meta if not stage.is_data_source else None
    if meta is None:
        return StageMeta()
    group = stage.name if stage.name in tree["stages"] else stage.name.rpartition("@")[0]
    inner = ["do", "meta"] if "do" in tree["stages"][group] else ["meta"]
    return StageMeta.validated(meta, tree, ["stages", group, *inner], DVC_FILE)


@contextmanager
def _held(lock: Any) -> Iterator[None]:
    """Hold DVC's lock on the repository; DVC's own patience of three seconds is too short."""
    from dvc.lock import LockError

    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            lock.lock()
            break
        except LockError:
            if time.monotonic() > deadline:
                raise UserError(
                    f".dvc/tmp/lock: another DVC command has held this project for "
                    f"{LOCK_PATIENCE_SECONDS:.0f} seconds; let it end, then run again"
                ) from None
    try:
        yield
    finally:
        lock.unlock()


def _one_line(error: Exception) -> str:
    """Return DVC's message without its line breaks, with its cause and a way out."""
    cause = f": {error.__cause__}" if error.__cause__ else ""
    words = " ".join(f"{error}{cause}".split())
    if f"{DVC_LOCK}'" in words:
        words += (
            f"; `git checkout {DVC_LOCK}` takes the committed one back, and what it does not know "
            "is restored from the cache"
        )
    return words
