"""How the benchmark of preferences deals pairs out, and what it counts."""

import pytest

from benchmarks.online.asked import Asked
from benchmarks.online.learn import Learnt as Asking
from benchmarks.online.learn import chosen
from benchmarks.preferences.learn import METHODS, Learnt, Start, phase_of
from benchmarks.preferences.pairs import Set, _fits, folds
from benchmarks.preferences.table import line, of_longer, right, share

ROWS = [{"id": str(number)} for number in range(23)]


def test_every_pair_is_held_out_once_and_never_learnt_in_that_fold() -> None:
    found = folds(ROWS, 5, seed=1)
    held_out = [row["id"] for fold in found for row in fold.held_out]
    assert sorted(held_out) == sorted(row["id"] for row in ROWS)
    for fold in found:
        parts = [{row["id"] for row in part} for part in (fold.train, fold.choose, fold.held_out)]
        assert sum(map(len, parts)) == len(set.union(*parts)) == len(ROWS)


def test_a_pair_fits_whole_or_begins_within_the_limit_and_differs_there() -> None:
    item = {
        **{"input_ids": [1, 2, 3, 4], "labels": [-100, -100, 3, 4]},
        **{"rejected_ids": [1, 2, 3, 5], "rejected_labels": [-100, -100, 3, 5]},
    }
    assert _fits(item, Set("", 4))
    assert not _fits(item, Set("", 3))
    assert not _fits(item, Set("", 3, whole=False))  # what differs is cut
    assert _fits(item, Set("", 4, whole=False))
    assert not _fits(item, Set("", 2, whole=False))  # no token of an answer is left


def test_a_tie_is_half_right() -> None:
    assert [right(margin) for margin in (0.3, 0.0, -0.1)] == [1.0, 0.5, 0.0]


def test_the_seeds_of_a_pair_are_one_number() -> None:
    assert share({"a": [1.0, 0.0], "b": [1.0]}).startswith("0.750 [")
    assert share({"a": [1.0], "b": [1.0]}).endswith("n = 2")


def test_a_line_has_both_accuracies_and_what_is_longer() -> None:
    one = Learnt([1.0, -1.0], [2.0, 1.0], [1.0, 0.0], [3, 0], seconds=4.0, rate=1e-3)
    cells = line("dpo", {"fold": one}, {"fold": ["a", "b"]}).split(" | ")
    assert cells[0] == "| dpo"
    assert cells[1].startswith("0.500 [")
    assert cells[3:] == [
        "1.000 [1.000, 1.000], n = 2",
        "+1.5",
        "+0.5",
        "1.000 [1.000, 1.000], n = 1",
        "0.001",
        "4 |",
    ]


def test_the_mean_reward_of_the_seeds_judges_a_pair_once() -> None:
    seeds = {
        "first": Learnt([3.0], [], [], [-1], 1.0, rate=1.0),
        "second": Learnt([-1.0], [], [], [-1], 1.0, rate=2.0),
    }
    cells = line("reward", seeds, {"first": ["a"], "second": ["a"]}).split(" | ")
    assert cells[1].startswith("0.500 [")
    assert cells[2].startswith("1.000 [")
    assert cells[3:6] == ["", "", ""]  # a reward model has no log-probabilities
    assert cells[6].startswith("0.500 [")
    assert cells[7] == "1 (1), 2 (1)"


def test_who_takes_the_longer_answer_is_right_where_it_was_chosen() -> None:
    one = Learnt([1.0, 1.0, 1.0, 1.0], [], [], [3, -1, 2, 0], 1.0)
    found = of_longer({"fold": one}, {"fold": ["a", "b", "c", "d"]})
    assert found.startswith("| the longer answer | 0.625 [")


def test_all_weights_learn_a_quarter_as_much_in_a_step_as_an_adapter() -> None:
    dials = {"task": "reward", "objective": {"kind": "reward"}}
    phases = [phase_of(Start(None, 128, None, None, 0, method), dials, 2e-3) for method in METHODS]
    assert [(phase.method.kind, phase.learning_rate) for phase in phases] == [
        ("lora", 2e-3),
        ("full", 5e-4),
    ]


def asking(reward: float, kl: float) -> Asking:
    of = Asked([reward] * 4, [0.0] * 4, [kl] * 4, 1.0)
    return Asking(of, of, 0.0, {})


@pytest.mark.parametrize(
    ("found", "rate"),
    [
        ({1e-4: asking(1, 1), 1e-3: asking(2, 4)}, 1e-3),
        ({1e-4: asking(1, 1), 1e-3: asking(2, 6)}, 1e-4),  # too far from the start
        ({1e-4: asking(1, 9), 1e-3: asking(2, 6)}, 1e-3),  # none is near: the nearest
    ],
)
def test_validation_prompts_choose_the_rate_within_a_bound(found: dict, rate: float) -> None:
    assert chosen(found) == rate
