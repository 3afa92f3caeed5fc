"""What the benchmark of not forgetting compares, and what its table says."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.continual.__main__ import whole
from benchmarks.continual.choosing import Dials, chosen, highest, read_dials, write_dials
from benchmarks.continual.learn import JOINT, KEPT, Job, _phase
from benchmarks.continual.sequences import DOMAINS, INTENTS, Sequence, own, shared
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


def test_phases_after_the_first_may_have_a_lower_rate() -> None:
    job = Job(sequence(), "naive", rate=0.002, later=0.5)
    assert [_phase(job, number, "one", 900).learning_rate for number in (0, 1)] == [0.002, 0.001]


def test_a_way_says_what_its_kept_rows_are_balanced_by() -> None:
    ways = ("5 % kept by intent, half an epoch", "5 % kept, half an epoch")
    kept = [_phase(Job(sequence(), way), 1, "one", 900) for way in ways]
    assert [(one.reservoir, one.reservoir_by) for one in kept] == [(45, "meta.intent"), (45, None)]


def test_a_seed_that_is_not_done_is_left_out_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = seeds([0.2, 0.1])
    del found[1]["naive"]
    assert whole(found, ["naive", "5 % of an epoch"]) == found[:1]
    assert "1 of 2 seeds are left out" in capsys.readouterr().out


def test_what_has_nothing_to_choose_from_is_not_tried() -> None:
    asked = SimpleNamespace(rates=[1e-3], epochs=1.0, batch=16, later=1.0, processes=1)
    assert chosen(asked, [sequence()], ["naive", JOINT]) == dict.fromkeys(
        ("naive", JOINT), (1e-3, None)
    )


def test_seeds_that_choose_learn_intents_that_no_printed_one_has(tmp_path: Path) -> None:
    _clinc(tmp_path)
    rng = np.random.default_rng(0)
    printed, choosing = (own(tmp_path, rng, first) for first in (0, INTENTS))
    intents = [{row["label"] for row in (*one.train, *one.test)} for one in (printed, choosing)]
    assert intents[0].isdisjoint(intents[1])
    assert len(intents[0]) == len(intents[1]) == 5 * INTENTS
    assert {row["label"] for row in shared(tmp_path, rng, INTENTS).train} == set("01234")


def _clinc(folder: Path) -> None:
    """Write a row of every intent of six domains."""
    (folder / "clinc150").mkdir()
    for name in ("train", "val"):
        with gzip.open(folder / "clinc150" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for domain in (*DOMAINS, "other"):
                for place in range(15):
                    label = f"{domain} {place:02}"
                    file.write(json.dumps({"text": name, "label": label, "domain": domain}) + "\n")


def test_the_dials_with_the_best_mean_are_chosen() -> None:
    averages: dict[Dials, list[float]] = {
        (1e-3, 1.0): [0.5, 0.6],
        (1e-2, 1.0): [0.9, 0.1],
        (1e-3, 4.0): [0.5, 0.5],
    }
    assert highest(averages) == (1e-3, 1.0)


def test_what_is_chosen_is_read_again(tmp_path: Path) -> None:
    dials: dict[str, Dials] = {"naive": (1e-3, None), "ewc": (1e-2, 50.0)}
    write_dials(tmp_path / "dials.json", dials)
    assert read_dials(tmp_path / "dials.json") == dials


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
