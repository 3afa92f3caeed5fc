"""A study goes on as if it had never stopped, and keeps what was found."""

from typing import Any

import pytest
from optuna.storages import InMemoryStorage

from tunesmith.search import study
from tunesmith.search.curve import Point
from tunesmith.search.findings import findings_of
from tunesmith.search.params import SearchParams

SPACE = {
    "rate": {"kind": "log", "low": 0.001, "high": 1.0},
    "size": {"kind": "choice", "of": [{"kind": "a"}, {"kind": "b"}]},
    "steps": {"kind": "int", "low": 1, "high": 9, "step": 2},
}


def asked(trials: int, **more: Any) -> SearchParams:
    return SearchParams.model_validate({"trials": trials, "space": SPACE, **more})


def loss(dials: dict[str, Any]) -> float:
    return float(dials["rate"] + dials["steps"] + (dials["size"] == {"kind": "a"}))


def go_on(storage: Any, search: SearchParams, owner: str = "here", stop: int = 99) -> list[Any]:
    """Run trials until there are enough, or `stop` have been begun: the last one is left there."""
    opened = study.open_study(storage, "s", "minimize")
    study.begin(opened, search, 7, {"rate": 0.5, "size": {"kind": "b"}, "steps": 2})
    begun = 0
    while given := study.next_trial(opened, search, 7, owner, set()):
        begun += 1
        dials = study.dials_of(given, search)
        if begun == stop:
            break
        study.tell(opened, given, loss(dials), False, "")
    return findings_of(opened, "sft", "loss", 0)["trials"]  # type: ignore[no-any-return]


def test_the_first_trial_has_the_dials_as_they_are_where_the_space_holds_them() -> None:
    first = go_on(InMemoryStorage(), asked(1))[0]["dials"]
    assert (first["rate"], first["size"]) == (0.5, {"kind": "b"})
    assert first["steps"] in (1, 3, 5, 7, 9)  # 2 is not among them


@pytest.mark.parametrize("stop", [2, 9])
@pytest.mark.parametrize("sampler", ["gp", "tpe", "random"])
def test_a_study_that_was_broken_off_comes_to_the_same_trials(stop: int, sampler: str) -> None:
    search = asked(12, sampler=sampler)
    whole = go_on(InMemoryStorage(), search)
    broken = InMemoryStorage()
    left = go_on(broken, search, stop=stop)
    assert left[-1]["state"] == "running"
    assert go_on(broken, search) == whole


@pytest.mark.parametrize(
    ("stop", "owner", "done"),
    [(2, "here", False), (9, "here", True), (9, "there", True), (3, "there", True)],
)
def test_a_study_is_done_when_no_trial_is_to_be_begun_or_gone_on_with(
    stop: int, owner: str, done: bool
) -> None:
    storage, search = InMemoryStorage(), asked(3)
    go_on(storage, search, stop=stop)
    opened = study.open_study(storage, "s", "minimize")
    assert study.is_done(opened, search, owner) is done
    assert not study.is_done(opened, asked(4), owner)


def test_a_trial_that_was_broken_off_is_still_to_be_done() -> None:
    storage = InMemoryStorage()
    go_on(storage, asked(3), stop=3)
    assert not study.is_done(study.open_study(storage, "s", "minimize"), asked(3), "here")


def test_the_trials_of_another_clone_are_left_alone() -> None:
    storage = InMemoryStorage()
    go_on(storage, asked(3), owner="there", stop=2)
    states = [one["state"] for one in go_on(storage, asked(4))]
    assert states == ["complete", "running", "complete", "complete"]


def test_no_more_trials_than_asked_for_and_more_later() -> None:
    storage = InMemoryStorage()
    assert len(go_on(storage, asked(2))) == 2
    assert len(go_on(storage, asked(2))) == 2
    assert len(go_on(storage, asked(5))) == 5


def test_pruned_and_failed_trials_are_kept_with_why() -> None:
    search = asked(4, pruner={"startup_trials": 1})
    opened = study.open_study(InMemoryStorage(), "s", "minimize")
    study.begin(opened, search, 0, {})
    ends: list[tuple[float, float | None, str]] = [
        (1.0, 0.5, ""),
        (2.0, None, "behind"),
        (0.5, None, "disk"),
    ]
    for value, final, why in ends:
        given = study.next_trial(opened, search, 0, "here", set())
        study.dials_of(given, search)
        assert study.is_behind(given, Point(50, value)) == (why == "behind")
        assert not study.is_behind(given, Point(100, value, last=True))
        study.tell(opened, given, final, why == "behind", why)
    found = findings_of(opened, "sft", "loss", 0)
    assert [(one["state"], one["reason"], one["value"]) for one in found["trials"]] == [
        ("complete", "", 0.5),
        ("pruned", "behind", None),
        ("failed", "disk", None),
    ]
    assert found["best"] == 0
    assert found["trials"][1]["curve"] == [[0.5, 2.0], [1.0, 2.0]]


def test_a_score_that_is_to_grow_is_best_at_its_highest() -> None:
    search = asked(6)
    opened = study.open_study(InMemoryStorage(), "s", study.goal_of("accuracy"))
    study.begin(opened, search, 0, {})
    while given := study.next_trial(opened, search, 0, "here", set()):
        study.tell(opened, given, loss(study.dials_of(given, search)), False, "")
    found = findings_of(opened, "sft", "accuracy", 0)
    assert found["best"] == max(found["trials"], key=lambda one: one["value"])["number"]


def test_the_dial_that_decides_is_the_most_important() -> None:
    storage = InMemoryStorage()
    go_on(storage, asked(20))
    opened = study.open_study(storage, "s", "minimize")
    importance = findings_of(opened, "sft", "loss", 0)["importance"]
    assert next(iter(importance)) == "steps"
    assert sum(importance.values()) == pytest.approx(1.0)


def test_a_study_is_another_one_when_a_dial_beside_it_has_changed() -> None:
    search = asked(3)
    name = study.name_of(search, "sft", {"epochs": 1})
    assert name == study.name_of(asked(9, jobs=2, sampler="random"), "sft", {"epochs": 1})
    assert name != study.name_of(search, "sft", {"epochs": 2})
    assert name != study.name_of(search, "dpo", {"epochs": 1})
