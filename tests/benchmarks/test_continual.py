"""What the benchmark of not forgetting compares, and what its table says."""

from typing import Any

import pytest

from benchmarks.continual.learn import JOINT, KEPT, Job, _phase
from benchmarks.continual.sequences import Sequence
from benchmarks.continual.table import findings, table
from benchmarks.continual.ways import WAYS


def sequence() -> Sequence:
    return Sequence(None, [], [], [], ["one", "two"], 4, 0)  # type: ignore[arg-type]


def seeds(gaps: list[float]) -> list[dict[str, dict[str, Any]]]:
    """Return what three seeds came to; `gaps` is how much less replay forgets than naive."""
    usual = {"average": 0.5, "steps": 10, "seconds": 1.0}
    return [
        {
            JOINT: {"average": 0.8, "steps": 10},
            "naive": {**usual, "forgetting": 0.6},
            "5 % of an epoch": {**usual, "average": 0.6, "forgetting": 0.6 - gap},
        }
        for gap in gaps
    ]


def test_replayed_rows_take_the_place_of_new_ones_and_not_of_steps() -> None:
    way = "5 % kept, half an epoch"
    first, second = (_phase(Job(sequence(), way), number, "one", 900) for number in (0, 1))
    assert first.continual is None
    assert (first.epochs, second.epochs) == (3.0, 1.5)
    assert second.starts_from == "step0"
    assert first.reservoir == second.reservoir == 45  # 5 % of the 900 rows of the tasks so far


def test_other_ways_keep_as_many_rows_as_ever() -> None:
    assert _phase(Job(sequence(), "ewc"), 1, "one", 900).reservoir == KEPT


def test_a_dial_may_be_another() -> None:
    assert WAYS["ewc"].at(7.0).continual == {"kind": "ewc", "importance": 7.0}
    assert WAYS["ewc"].at(None) is WAYS["ewc"]


def test_what_holds_is_judged_with_all_ways_together() -> None:
    ways = ["5 % of an epoch"]
    assert findings(seeds([0.20, 0.21, 0.19]), ways) == {"5 % of an epoch": True}
    assert findings(seeds([0.20, -0.3, 0.19]), ways) == {"5 % of an epoch": False}


def test_the_table_has_a_share_of_joint_training_with_its_interval() -> None:
    lines = table(seeds([0.20, 0.21, 0.19]), ["naive", "5 % of an epoch"])
    assert lines[2].startswith("| joint | 0.800 [0.800, 0.800]")
    assert "| 75% [75%, 75%] |" in lines[4]
    assert "holds" in lines[4]


def test_one_seed_finds_nothing() -> None:
    assert findings(seeds([0.2]), ["5 % of an epoch"]) == {"5 % of an epoch": False}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_a_phase(way: str) -> None:
    phase = _phase(Job(sequence(), way), 1, "one", 900)
    assert phase.continual is not None
    assert phase.continual.kind == WAYS[way].continual["kind"]
