"""The reservoir: a fair sample of all rows that a line of phases has learnt."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.forgotten import Forgotten
from tunesmith.training.keeping import earlier_of, selected, without
from tunesmith.training.params import Phase
from tunesmith.training.reservoir import Reservoir, read_reservoir

NOTHING = Reservoir([], 0)
ROWS = [chat_row(i, f"say {i}", "yes", lang="en" if i % 2 else "zh") for i in range(40)]


def ids(kept: Reservoir) -> list[object]:
    return [row["id"] for row in kept.rows]


def test_it_keeps_all_rows_while_there_is_room() -> None:
    kept = NOTHING.joined(ROWS[:10], 16, 0)
    assert (kept.rows, kept.seen) == (ROWS[:10], 10)
    assert NOTHING.joined(ROWS, 16, 0).seen == 40


def test_the_same_seed_keeps_the_same_rows() -> None:
    assert ids(NOTHING.joined(ROWS, 8, 0)) == ids(NOTHING.joined(ROWS, 8, 0))
    assert ids(NOTHING.joined(ROWS, 8, 0)) != ids(NOTHING.joined(ROWS, 8, 1))


def test_rows_of_each_phase_stay_by_how_many_there_were() -> None:
    first = 0
    for seed in range(200):
        kept = NOTHING.joined(ROWS[:30], 8, seed).joined(ROWS[30:], 8, seed)
        first += sum(row in ROWS[:30] for row in kept.rows)
    assert first / (200 * 8) == pytest.approx(30 / 40, abs=0.04)


def test_every_row_is_kept_as_often_as_any() -> None:
    counts = np.zeros(40)
    for seed in range(400):
        kept = NOTHING.joined(ROWS[:25], 10, seed).joined(ROWS[25:], 10, seed + 1000)
        for row in kept.rows:
            counts[int(str(row["id"]).removeprefix("row-"))] += 1
    assert counts.mean() == 100
    assert counts.std() < 20  # 8.7 by chance


def test_a_balanced_one_has_equally_many_of_every_value() -> None:
    rows = [chat_row(i, "say", "yes", lang="en" if i % 10 else "zh") for i in range(40)]
    kept = NOTHING.balanced(rows, 7, "lang", 0)
    assert Counter(row["lang"] for row in kept.rows) == {"en": 4, "zh": 3}
    assert kept.seen == 40
    assert len(NOTHING.balanced(rows, 20, "lang", 0).rows) == 20  # 4 zh, and en for what is left
    assert Counter(row["lang"] for row in NOTHING.balanced(rows, 20, "lang", 0).rows)["zh"] == 4


def test_rows_without_the_field_are_a_value_too() -> None:
    kept = NOTHING.balanced([*ROWS[:4], chat_row(50, "say", "yes", lang=None)], 3, "lang", 0)
    assert {row["lang"] for row in kept.rows} == {"en", "zh", None}


def test_a_balanced_one_makes_room_for_values_that_come_later() -> None:
    first = NOTHING.balanced(ROWS, 8, "lang", 0)
    later = [chat_row(100 + i, "sag", "ja", lang=f"de{i % 2}") for i in range(300)]
    kept = first.balanced(later, 8, "lang", 0)
    assert Counter(row["lang"] for row in kept.rows) == {"en": 2, "zh": 2, "de0": 2, "de1": 2}


def test_of_a_value_every_row_is_kept_as_often_in_whichever_phase_it_came() -> None:
    counts = np.zeros(40)
    for seed in range(400):
        kept = NOTHING.balanced(ROWS[:30], 10, "lang", seed).balanced(ROWS[30:], 10, "lang", seed)
        for row in kept.rows:
            counts[int(str(row["id"]).removeprefix("row-"))] += 1
    assert counts.mean() == 100
    assert counts.std() < 20  # 8.7 by chance
    assert counts[30:].mean() == pytest.approx(100, abs=10)


def test_the_same_seed_balances_to_the_same_rows() -> None:
    def balanced(seed: int) -> list[object]:
        return ids(NOTHING.balanced(ROWS, 8, "lang", seed))

    assert balanced(0) == balanced(0) != balanced(1)


def test_rows_at_hand_are_not_kept_twice_and_stand_for_fewer() -> None:
    kept = Reservoir(ROWS[:8], 32)
    left = without(kept, ROWS[4:12])
    assert (left.rows, left.seen) == (ROWS[:4], 16)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    NOTHING.joined(ROWS, 8, 0).write(tmp_path)
    assert read_reservoir(tmp_path) == NOTHING  # no manifest: no trained model


def test_rows_to_be_forgotten_do_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tunesmith.training.keeping.read_reservoir", lambda _: Reservoir(ROWS[:3], 9)
    )
    asked = Forgotten(frozenset({"row-1"}), frozenset())
    assert ids(earlier_of(phase(kind="replay"), tmp_path, "zh", asked)) == ["row-0", "row-2"]


def test_a_parent_that_kept_nothing_is_told_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tunesmith.training.keeping.is_trained", lambda _: True)
    none = Forgotten(frozenset(), frozenset())
    with pytest.raises(UserError, match=r"phases.zh.continual: replay.*set phases.en.reservoir"):
        earlier_of(phase(kind="replay"), tmp_path, "zh", none)
    assert earlier_of(phase(kind="distill"), tmp_path, "zh", none) == NOTHING
    assert earlier_of(phase(kind="ewc", importance=0), tmp_path, "zh", none) == NOTHING


def test_a_phase_learns_the_rows_that_it_names() -> None:
    found = selected(ROWS, {"lang": "zh"}, "zh", "train")
    assert [row["lang"] for row in found] == ["zh"] * 20
    assert selected(ROWS, {}, "zh", "train") == ROWS


def test_a_condition_that_no_row_meets_names_what_there_is() -> None:
    with pytest.raises(UserError, match=r"phases.zh.only: no row of train.*lang: en, zh"):
        selected(ROWS, {"lang": "de"}, "zh", "train")


def phase(**continual: object) -> Phase:
    return Phase.model_validate(
        {
            **{"from": "en", "with": "base", "task": "chat", "method": {"kind": "lora", "r": 4}},
            **{"learning_rate": 0.02, "continual": continual},
        }
    )
