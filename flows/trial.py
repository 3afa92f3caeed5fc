"""One trial of a search: an experiment whose validation curve is watched while it trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flows import experiment
from flows.runner import StageFailed
from tunesmith.search.curve import Point, point
from tunesmith.search.overrides import words

OUTCOME = "reports/training/{phase}.json"


# where experiments run, as `experiment.run` does: here, or with a worker
Place: TypeAlias = Callable[[str, str, list[str], Callable[[str], None]], None]


@dataclass(frozen=True)
class Measured:
    """What trials are compared by: the best validation score of a phase."""

    phase: str
    metric: str

    @property
    def stage(self) -> str:
        """The stage that measures it, as DVC addresses it."""
        return f"train@{self.phase}"


@dataclass(frozen=True)
class Ended:
    """How a trial ended; `value` is set where it came to its end."""

    how: Literal["Ran", "Pruned", "Failed"]
    value: float | None = None
    reason: str = ""


class Behind(Exception):  # noqa: N818
    """The trial is behind the others."""


def run(
    name: str,
    dials: Mapping[str, Any],
    params: Any,
    measured: Measured,
    is_behind: Callable[[Point], bool],
    on_line: Callable[[str], None],
    place: Place = experiment.run,
) -> Ended:
    """Run a trial to its end, or until it is behind.

    Args:
        name: of its experiment.
        dials: by dotted path.
        params: the whole of params.yaml.
        measured: what is compared.
        is_behind: is told each point of the curve; True ends the trial.
        on_line: is given each line as it is printed.
        place: where it runs.
    """

    def hear(line: str) -> None:
        on_line(line)
        at = point(line, measured.phase, measured.metric)
        if at is not None and is_behind(at):
            raise Behind(f"{measured.metric} {at.value:g} at epoch {at.step / 100:g}")

    try:
        place(name, measured.stage, words(dials, params), hear)
    except Behind as behind:
        experiment.forget(name)  # it may just have come to its end
        return Ended("Pruned", reason=f"behind the others: {behind}")
    except StageFailed as failure:
        return Ended("Failed", reason=f"{failure.stage}: {failure.reason}")
    return result(name, measured)


def result(name: str, measured: Measured) -> Ended:
    """Return what an experiment that came to its end has measured."""
    path = OUTCOME.format(phase=measured.phase)
    found = experiment.report_of(name, path)
    value = (found or {}).get("validation", {}).get(measured.metric)
    if value is None:
        return Ended("Failed", reason=f"{path} of {name} holds no {measured.metric}")
    return Ended("Ran", value=float(value))
