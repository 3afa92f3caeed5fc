"""One person's work: next, undo, resume, windows that do not know of each other."""

from pathlib import Path
from typing import Any

import pytest

from tests.judging import comparison, rating, task
from tunesmith.human.comparison import Comparison
from tunesmith.human.desk import ConflictError, Desk, RefusedError
from tunesmith.human.journal import Journal
from tunesmith.human.lines import read_lines
from tunesmith.human.messages import Answer, Undo
from tunesmith.human.standing import standing
from tunesmith.human.task import Task


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ann.jsonl"


def at(path: Path, asked: Task) -> Desk:
    return Desk(path.stem, asked, Journal(path))


def rate(desk: Desk, choice: str = "left", **more: Any) -> dict[str, Any]:
    state = desk.state()
    answer = {"annotator": "ann", "number": state["number"], "row": state["item"]["row"]}
    return desk.rate(Answer.model_validate({**answer, "choice": choice, **more}))


def undo(desk: Desk) -> dict[str, Any]:
    return desk.undo(Undo(annotator="ann", number=desk.state()["number"]))


def test_every_row_comes_once_and_the_file_says_who_stood_where(path: Path) -> None:
    desk = at(path, task(4))
    shown = []
    while item := desk.state()["item"]:
        shown.append(item)
        rate(desk)
    assert sorted(one["row"] for one in shown) == [f"row-{number}" for number in range(4)]
    desk.close()
    for item, line in zip(shown, Journal(path).ratings, strict=True):
        number = item["row"].removeprefix("row-")
        good_is_left = item["left"] == f"good {number}"
        assert line.row == item["row"]
        assert line.preferred == ("candidate" if good_is_left else "base")


def test_what_is_shown_names_no_model(path: Path) -> None:
    assert not {"candidate", "base", "first", "second"} & set(
        str(at(path, task()).state()).split("'")
    )


def test_the_page_can_tell_these_two_answers_from_any_others(path: Path) -> None:
    items = [
        comparison(0),
        comparison(0, "other"),
        comparison(0, "a", "bc"),
        comparison(0, "ab", "c"),
    ]
    shown = []
    for item in items:
        desk = at(path, Task([item], (), 0))
        shown.append(desk.state()["item"]["answers"])
        desk.close()
    assert len(set(shown)) == len(items)


def test_a_person_goes_on_where_they_stopped(path: Path) -> None:
    desk = at(path, task(4))
    state = rate(desk)
    desk.close()
    again = at(path, task(4))
    assert again.state() == state
    assert (state["done"], state["total"]) == (1, 4)


def test_the_same_request_sent_again_counts_once(path: Path) -> None:
    desk = at(path, task(4))
    state = desk.state()
    answer = Answer(
        annotator="ann", number=0, row=state["item"]["row"], choice="tie", comment=" so "
    )
    once = desk.rate(answer)
    assert desk.rate(answer) == once
    assert once["done"] == 1
    with pytest.raises(ConflictError):
        desk.rate(answer.model_copy(update={"choice": "left"}))


def test_a_window_that_does_not_know_of_a_rating_is_told(path: Path) -> None:
    desk = at(path, task(4))
    late = Answer(annotator="ann", number=0, row=desk.state()["item"]["row"], choice="right")
    rate(desk)
    rate(desk)
    with pytest.raises(ConflictError):
        desk.rate(late)
    with pytest.raises(ConflictError):
        desk.undo(Undo(annotator="ann", number=0))


def test_undo_brings_a_row_back_with_what_was_said(path: Path) -> None:
    desk = at(path, task(4))
    first = desk.state()["item"]["row"]
    rate(desk, "right", comment="why", ratings={"fluency": {"left": 5}})
    rate(desk)
    undo(desk)
    state = undo(desk)
    assert (state["done"], state["item"]["row"]) == (0, first)
    assert state["item"]["before"] == {
        "choice": "right",
        "comment": "why",
        "ratings": {"fluency": {"left": 5, "right": None}},
    }
    with pytest.raises(RefusedError, match="no rating to take back"):
        undo(desk)
    state = rate(desk, "tie")
    assert state["done"] == 1
    desk.close()
    assert len(path.read_text().splitlines()) == 5  # nothing is ever taken out of the file


def test_identical_answers_are_ties_that_nobody_is_asked_about(path: Path) -> None:
    asked = task(2, comparison(2, "same", "same"), comparison(4, "too", "too\n"))
    desk = at(path, asked)
    assert (desk.state()["total"], desk.state()["identical"]) == (2, 2)
    with pytest.raises(RefusedError):
        undo(desk)
    desk.close()
    lines = Journal(path).ratings
    assert [(one.row, one.choice, one.automatic) for one in lines] == [
        ("row-2", "tie", True),
        ("row-4", "tie", True),
    ]


def test_identical_answers_are_written_down_once(path: Path) -> None:
    for _ in range(2):
        at(path, task(1, comparison(2, "same", "same"))).close()
    assert len(path.read_text().splitlines()) == 1


def test_rows_whose_answers_have_changed_come_again(path: Path) -> None:
    desk = at(path, Task([comparison(0), comparison(1)], (), 0))
    rate(desk)
    rate(desk)
    desk.close()
    again = at(path, Task([comparison(0, "other"), comparison(1)], (), 0))
    assert again.stale == 1
    assert again.state()["item"]["row"] == "row-0"
    assert again.state()["done"] == 1


def counted(path: Path, item: Comparison) -> int:
    """Return how many ratings the results take from a file."""
    return len(standing([item], read_lines(path).said, 0).ratings)


def test_a_row_whose_answers_come_back_is_asked_as_often_as_the_results_want(path: Path) -> None:
    before, after = comparison(0, "A"), comparison(0, "B")
    for item in (before, after):
        desk = at(path, Task([item], (), 0))
        rate(desk)
        desk.close()
    desk = at(path, Task([before], (), 0))
    assert (desk.stale, desk.state()["done"]) == (1, 0)
    desk.close()
    assert counted(path, before) == 0
    desk = at(path, Task([before], (), 0))
    rate(desk)
    assert desk.state()["done"] == 1
    desk.close()
    assert counted(path, before) == 1


def test_identical_answers_that_come_back_are_a_tie_again(path: Path) -> None:
    same, other = comparison(0, "same", "same"), comparison(0)
    at(path, Task([same], (), 0)).close()
    desk = at(path, Task([other], (), 0))
    rate(desk)
    desk.close()
    at(path, Task([same], (), 0)).close()
    assert counted(path, same) == 1


def test_ratings_of_other_models_are_neither_shown_nor_stale(path: Path) -> None:
    journal = Journal(path)
    journal.add(
        rating(comparison(0), "ann", "tie", withdrawn=False).model_copy(
            update={"second": "champion", "left": "champion"}
        )
    )
    journal.close()
    desk = at(path, task(1))
    assert (desk.stale, desk.state()["done"]) == (0, 0)


def test_a_criterion_that_was_not_asked_for_is_refused(path: Path) -> None:
    with pytest.raises(RefusedError, match="no criterion tone"):
        rate(at(path, task(1)), ratings={"tone": {"left": 3}})


def test_criteria_without_points_leave_no_trace(path: Path) -> None:
    rate(at(path, task(1)), ratings={"fluency": {}})
    assert "fluency" not in path.read_text()
