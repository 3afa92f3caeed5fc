"""Search: trials of a study as DVC experiments, each a Prefect task, until there are enough."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows import experiment, trial, workcopy
from flows.console import show_line, show_trials
from flows.repository import has_commit, head
from flows.server import prefect_api
from flows.trial import Ended, Measured, Place
from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.files import write_json, write_text
from tunesmith.params import PARAMS_FILE, load_yaml, plain
from tunesmith.search import fits, storage, study
from tunesmith.search.findings import Findings, experiment_of, findings_of, trial_named
from tunesmith.search.params import SearchParams
from tunesmith.search.paths import ABSENT, value_at

PAGES = Path("reports/search")


@dataclass(frozen=True)
class Bench:
    """Everything that the trials of a search share."""

    search: SearchParams
    measured: Measured
    study: Any  # of Optuna
    seed: int
    owner: str
    params: Mapping[str, Any]  # the whole of params.yaml
    place: Place = experiment.run  # where trials run

    def findings(self) -> Findings:
        """Return what was found so far."""
        return findings_of(self.study, self.measured.phase, self.measured.metric, self.seed)

    def named(self, number: int) -> str:
        """Return the name of a trial's experiment."""
        return experiment_of(self.study.study_name, number)


def open_bench(trials: int | None = None, jobs: int | None = None) -> Bench:
    """Return the study that params.yaml asks for; it goes on where it stopped.

    Raises:
        UserError: the dials are wrong, no dial is to be turned, or the storage does not answer.
    """
    dials = Dials.read()
    update = {"trials": trials or dials.search.trials, "jobs": jobs or dials.search.jobs}
    search = dials.search.model_copy(update=update)
    if not search.space:
        raise UserError("params.yaml: search.space: names no dial to turn; docs/search.md has one")
    phase = dials.searched_phase
    measured = Measured(phase, dials.phases[phase].chosen_by)
    params = plain(load_yaml(PARAMS_FILE))
    name = study.name_of(search, phase, fixed(dials, params, search))
    kept = storage.open_storage(storage.url_of(search.storage))
    opened = study.open_study(kept, name, study.goal_of(measured.metric))
    return Bench(search, measured, opened, dials.seed, storage.identity(), params)


def fixed(dials: Dials, params: Mapping[str, Any], search: SearchParams) -> dict[str, Any]:
    """Return the dials that decide a trial and are not turned."""
    found: dict[str, Any] = {name: params[name] for name in fits.BEFORE if name in params}
    needed = dials.needed_phases(dials.searched_phase)
    found["phases"] = {name: params["phases"][name] for name in sorted(needed)}
    return without(found, list(search.space))


def without(tree: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """Return a tree in which the values under some paths are None."""
    from tunesmith.search.paths import with_value

    for path in paths:
        tree = with_value(tree, path, None)
    return tree


def run(trials: int | None, jobs: int | None) -> int:
    """Search, say what was found, and return the exit code: 1 if no trial came to its end."""
    signal.signal(signal.SIGTERM, _end_on_sigterm)
    workcopy.check()
    committed()
    with workcopy.claimed():
        bench = open_bench(trials, jobs)
        _warn(bench)
        study.begin(
            bench.study,
            bench.search,
            bench.seed,
            Dials.read().model_dump(mode="json", by_alias=True),
        )
        if study.is_done(bench.study, bench.search, bench.owner):
            findings = show(bench)
        else:
            findings = _search(bench)
    return 0 if findings["best"] is not None else 1


def _search(bench: Bench) -> Findings:
    """Run trials as a Prefect flow; however that ends, say what was found."""
    with prefect_api() as server:
        from flows.search_flow import search_flow  # while the server starts

        server.wait()
        try:
            with _placed(bench) as placed:
                search_flow(placed)
        finally:
            from flows.pipeline import hand_in_records

            findings = show(bench)
            hand_in_records()
    return findings


@contextmanager
def _placed(bench: Bench) -> Iterator[Bench]:
    """Give the search with the place where its trials run: here, or with workers of a pool.

    Raises:
        UserError: nobody could make them there.
    """
    if bench.search.pool is None:
        yield bench
        return
    from flows.trial_in_pool import shared

    with shared(bench.search.pool, bench.study.study_name) as place:
        yield replace(bench, place=place)


def committed() -> str:
    """Return the commit that experiments continue.

    Raises:
        UserError: there is none.
    """
    if not has_commit():
        raise UserError("git has no commit yet; an experiment continues one: commit first")
    return head()


def _end_on_sigterm(_number: int, _frame: object) -> None:
    """Unwind as Ctrl-C does, so that trials end and are gone on with next time."""
    raise KeyboardInterrupt


def _warn(bench: Bench) -> None:
    """Say what a person should know before hours of trials."""
    for path in fits.measured_differently(bench.search, bench.measured.phase):
        print(f"note: {path} decides what a trial is measured on; their scores are of other rows")
    known = {one["commit"] for one in bench.findings()["trials"]} - {"", head()}
    if known:
        print("note: trials of this study were made from other commits; `search.study` begins anew")


def one_trial(bench: Bench, given: Any, on_line: Callable[[str], None]) -> Ended:
    """Run a trial that the study has given, or take the result of one that had just ended."""
    name = bench.named(given.number)
    begun = study.BASE in given.user_attrs
    dials = study.dials_of(given, bench.search)
    given.set_user_attr(study.BASE, head())
    experiment.clear(name)
    if begun and bench.search.pool:
        with suppress(UserError):  # its worker had not come to its end
            experiment.fetch(name)
    if begun and experiment.ref_of(name):
        ended = trial.result(name, bench.measured)
        if ended.value is not None:
            on_line("its experiment had come to its end before")
            return ended
    return trial.run(
        name,
        dials,
        bench.params,
        bench.measured,
        lambda at: study.is_behind(given, at),
        on_line,
        bench.place,
    )


def all_trials(bench: Bench, start: Callable[[Any], Any]) -> None:
    """Start trials, as many at a time as are asked for, until the study has enough.

    Args:
        bench: of the search.
        start: begins a trial and returns what has `is_done()` and `ended()`.
    """
    under_way: dict[int, tuple[Any, Any]] = {}
    while True:
        while len(under_way) < bench.search.jobs and (given := _next(bench, set(under_way))):
            under_way[given.number] = (given, start(given))
        if not under_way:
            return
        done = [number for number, (_, work) in under_way.items() if work.is_done()]
        for number in done:
            given, work = under_way.pop(number)
            _tell(bench, given, work.ended())
        if not done:
            time.sleep(0.2)


def _next(bench: Bench, held: set[int]) -> Any:
    """Return the next trial, None when there are enough."""
    return study.next_trial(bench.study, bench.search, bench.seed, bench.owner, held)


def _tell(bench: Bench, given: Any, ended: Ended) -> None:
    """Write down how a trial ended, and show it on the page."""
    study.tell(bench.study, given, ended.value, ended.how == "Pruned", ended.reason)
    write(bench, bench.findings())


def show(bench: Bench, on_page: bool = True) -> Findings:
    """Print the trials, the best first, and write the page."""
    findings = bench.findings()
    show_trials(findings, list(bench.search.space))
    if on_page:
        print(f"page: {write(bench, findings)}")
    return findings


def write(bench: Bench, findings: Findings) -> Path:
    """Write page and record of a study; return where the page is."""
    from tunesmith.search.page import render

    place = PAGES / f"{bench.search.study}.html"
    write_text(place, render(findings, bench.search))
    write_json(place.with_suffix(".json"), findings)
    return place


def apply(number: int | None) -> str:
    """Set the dials of a trial, the best if no number is given, in params.yaml.

    Raises:
        UserError: there is no such trial.
    """
    from tunesmith.recipes import turn

    bench = open_bench()
    chosen = trial_named(bench.findings(), number)
    turn(chosen["dials"], PARAMS_FILE)
    changed = [
        path for path in chosen["dials"] if _differs(bench.params, path, chosen["dials"][path])
    ]
    run = "the next run with --pull" if bench.search.pool else "the next run"
    after = f"{run} restores its training" if chosen["state"] == "complete" else "it did not end"
    return (
        f"params.yaml: trial {chosen['number']} sets {', '.join(changed) or 'nothing new'}; {after}"
    )


def _differs(params: Mapping[str, Any], path: str, value: Any) -> bool:
    """Tell whether a dial had another value before."""
    before = value_at(params, path)
    return before is ABSENT or before != value


def say(number: int, line: str) -> None:
    """Print one line of a trial."""
    show_line(f"trial {number}", line)
