"""Win rates, points, slices and agreement from ratings that still hold."""

from pathlib import Path

import numpy as np
import pytest

from tests.judging import comparison, comparisons, rating, read_judged, write_judged
from tunesmith.errors import UserError
from tunesmith.human.comparison import Comparison
from tunesmith.human.journal import Journal
from tunesmith.human.rating import Rating
from tunesmith.human.results import results
from tunesmith.human.standing import STALE, TORN, WITHDRAWN, standing, standing_of
from tunesmith.human.win_rate import row_scores, win_rate
from tunesmith.stats.score import proportion

ITEMS = comparisons(4)


def said(annotator: str, *choices: str, items: list[Comparison] = ITEMS) -> list[Rating]:
    """Return one rating a row."""
    return [rating(item, annotator, one) for item, one in zip(items, choices, strict=False)]


def marked(annotator: str, number: int, first: int, second: int) -> Rating:
    """Return a tie with points for fluency."""
    return rating(
        ITEMS[number], annotator, "tie", ratings={"fluency": {"left": first, "right": second}}
    )


def test_the_win_rate_counts_ties_half_and_rows_once() -> None:
    ratings = [*said("ann", "first", "second", "tie", "first"), *said("ben", "second")]
    assert row_scores(ratings, "candidate").tolist() == [0.5, 0.0, 0.5, 1.0]
    assert row_scores(ratings, "base").tolist() == [0.5, 1.0, 0.5, 0.0]


def test_wins_and_losses_alone_have_wilson_s_interval() -> None:
    scores = np.array([1.0] * 14 + [0.0] * 6)
    assert win_rate(scores, 0.95) == proportion(14, 20, 0.95)
    sure = win_rate(np.ones(10), 0.95)
    assert sure.low == pytest.approx(0.722, abs=1e-3)  # 10 of 10, not certainty


def test_a_second_opinion_on_the_same_rows_is_no_further_row() -> None:
    once = said("ann", "first", "second", "first", "first")
    twice = [*once, *said("ben", "first", "second", "first", "first")]
    assert win_rate(row_scores(twice, "candidate"), 0.95) == win_rate(
        row_scores(once, "candidate"), 0.95
    )


def test_ties_narrow_the_interval() -> None:
    tied = win_rate(np.array([1.0] * 4 + [0.0] * 4 + [0.5] * 32), 0.95)
    decided = win_rate(np.array([1.0] * 20 + [0.0] * 20), 0.95)
    assert tied.value == decided.value == 0.5
    assert tied.high - tied.low < (decided.high - decided.low) * 0.6


@pytest.mark.parametrize(
    ("values", "chances", "rows"),
    [
        ([0, 1], [0.05, 0.95], 10),
        ([0, 0.5, 1], [0.2, 0.5, 0.3], 30),
        ([0, 0.5, 1], [0, 0.95, 0.05], 10),
    ],
)
def test_the_interval_holds_the_truth_about_as_often_as_it_says(
    values: list[float], chances: list[float], rows: int
) -> None:
    rng = np.random.default_rng(0)
    truth = float(np.dot(values, chances))
    draws = [win_rate(rng.choice(values, rows, p=chances), 0.95) for _ in range(300)]
    held = np.mean([one.low <= truth <= one.high for one in draws])
    assert held > 0.88  # percentiles of a bootstrap: 0.38, 0.94 and 0.39


def test_no_row_has_no_win_rate() -> None:
    with pytest.raises(ValueError, match="no row"):
        win_rate(np.array([]), 0.95)


def test_results_by_person_slice_and_criterion() -> None:
    ratings = [
        *said("ann", "first", "first", "first", "second"),
        *said("ben", "first", "both_bad", "first"),
    ]
    found = results(standing(ITEMS, ratings, 0), ["lang"], 0.95, 0)
    won = found["win_rate"]
    assert (won["wins"], won["losses"], won["even"], won["both_bad"]) == (3, 1, 0, 1)
    assert won["value"] == pytest.approx((1 + 0.75 + 1 + 0) / 4)
    assert won["p"] == pytest.approx(0.625)  # 3 of 4 by the exact sign test
    assert found["slices"]["lang"]["zh"]["value"] == pytest.approx(0.375)
    assert found["slices"]["lang"]["en"]["value"] == 1
    assert found["annotators"]["ann"]["value"] == 0.75
    assert found["annotators"]["ann"]["left_ratio"]["value"] == 0.75
    assert found["annotators"]["ben"]["left_ratio"]["n"] == 2


def test_points_are_compared_by_row() -> None:
    ratings = [marked("ann", 0, 5, 3), marked("ben", 0, 4, 4), marked("ann", 1, 4, 1)]
    ratings.append(
        rating(ITEMS[2], "ann", "tie", ratings={"fluency": {"left": 5}})
    )  # one side only
    found = results(standing(ITEMS, ratings, 0), [], 0.95, 0)["criteria"]["fluency"]
    assert found["difference"]["value"] == pytest.approx((1 + 3) / 2)
    assert found["difference"]["n"] == 2
    assert (found["first_mean"], found["second_mean"]) == (4.25, 2.25)
    assert 1 <= found["difference"]["low"] <= found["difference"]["high"] <= 3


def test_agreement_is_of_models_not_of_sides() -> None:
    turned = [
        one.model_copy(update={"left": "base", "choice": "right"}) for one in said("ben", "first")
    ]
    ratings = [
        *said("ann", "first", "second", "tie"),
        *turned,
        *said("ben", "second", "tie", items=ITEMS[1:]),
    ]
    found = results(standing(ITEMS, ratings, 0), [], 0.95, 0)["agreement"]
    assert found["people"] == [
        {"annotators": ["ann", "ben"], "rows": 3, "same_ratio": 1.0, "kappa": 1.0}
    ]
    assert found["choice"]["value"] == 1.0


def test_identical_answers_are_ties_and_no_agreement() -> None:
    same = [comparison(number, "same", "same") for number in range(4, 8)]
    ratings = [
        *said("ann", "first", "second"),
        *said("ben", "second", "first"),
        *(rating(item, name, "tie", automatic=True) for item in same for name in ("ann", "ben")),
    ]
    found = results(standing([*ITEMS, *same], ratings, 0), [], 0.95, 0)
    assert (found["rows"], found["identical_rows"]) == (6, 4)
    assert found["win_rate"]["even"] == 6
    assert found["agreement"]["people"][0]["rows"] == 2
    assert found["agreement"]["people"][0]["kappa"] == -1


def test_people_without_a_common_row_have_no_agreement() -> None:
    ratings = [*said("ann", "first"), *said("ben", "first", items=ITEMS[1:])]
    found = results(standing(ITEMS, ratings, 0), [], 0.95, 0)["agreement"]
    assert found["choice"] is None
    assert found["people"][0]["kappa"] is None


def test_a_later_line_takes_the_place_of_an_earlier_one() -> None:
    ratings = [*said("ann", "first"), *said("ann", "second")]
    assert standing(ITEMS, ratings, 0).ratings == said("ann", "second")


def test_ratings_of_models_in_the_other_order_count_too() -> None:
    turned = [Comparison(one.row, one.models[::-1], one.answers[::-1]) for one in ITEMS]
    found = standing(ITEMS, said("ann", "first", items=turned), 0)
    assert row_scores(found.ratings, found.models[0]).tolist() == [0.0]


def test_lines_that_do_not_count_are_counted_by_reason() -> None:
    old = [comparison(0, "older answer"), *ITEMS[1:]]
    ratings = [
        *said("ann", "first", "first", items=old),
        *said("ben", "tie"),
        *(one.model_copy(update={"withdrawn": True}) for one in said("ben", "tie")),
        rating(comparison(9), "ann", "first"),
        rating(ITEMS[2], "ann", "tie").model_copy(update={"second": "champion"}),
    ]
    found = standing(ITEMS, ratings, torn=2)
    assert [one.row for one in found.ratings] == ["row-1"]
    assert found.left_out == {
        TORN: 2,
        "ratings of other models": 1,
        STALE: 1,
        "ratings of rows that are no longer there": 1,
        WITHDRAWN: 1,
    }


def test_files_are_read_with_what_a_crash_left(tmp_path: Path) -> None:
    write_judged(tmp_path, ITEMS)
    folder = tmp_path / "data/ratings"
    for one in said("ann", "first", "second"):
        journal = Journal(folder / "ann.jsonl")
        journal.add(one)
        journal.close()
    with (folder / "ann.jsonl").open("a") as file:
        file.write('{"annotator": "an')
    (folder / "README.md").write_text("# Ratings\n")
    found = standing_of(
        tmp_path / "data/splits/test.parquet", tmp_path / "data/predictions", folder,
        ("candidate", "base"),
    )  # fmt: skip
    assert len(found.ratings) == 2
    assert found.left_out == {TORN: 1}
    assert read_judged(tmp_path)[0].row["id"] in found.comparisons


def test_ratings_of_which_none_counts_say_why(tmp_path: Path) -> None:
    write_judged(tmp_path, ITEMS)
    folder = tmp_path / "data/ratings"
    places = (tmp_path / "data/splits/test.parquet", tmp_path / "data/predictions", folder)
    with pytest.raises(UserError, match="no rating yet; `tunesmith judge`"):
        standing_of(*places, ("candidate", "base"))
    Journal(folder / "ann.jsonl").add(rating(comparison(0, "older"), "ann", "tie"))
    with pytest.raises(UserError, match=r"base counts: ratings of other answers .* \(1\)"):
        standing_of(*places, ("candidate", "base"))
