"""How the benchmark of distillation deals rows out, keeps the budget and tells differences."""

from pathlib import Path

import pytest

from benchmarks.distil import classes, speech
from benchmarks.distil.classes import evenly
from benchmarks.distil.deal import CHOOSE, deal, pool, taught, unseen
from benchmarks.distil.table import interval, table


def test_no_row_of_the_student_is_the_teachers_or_measured() -> None:
    for case in speech.CASES.values():
        dealt = deal(case.own, case.asked, seed=1)
        parts = [dealt.own, dealt.choose, dealt.asked, taught(), unseen()]
        sizes = [case.own, CHOOSE, case.asked, 800, 300]
        assert [len(part) for part in parts] == sizes
        assert len({row["prompt"][0]["content"] for part in parts for row in part}) == sum(sizes)
    assert len({row["id"] for row in pool()}) == len(pool())


def test_what_a_student_learns_differs_in_answers_alone() -> None:
    dealt = deal(4, 8, seed=0)
    prompts, answered = dealt.learnt("prompts"), dealt.learnt("answered")
    assert [row["prompt"] for row in prompts] == [row["prompt"] for row in answered]
    assert [row["task"] for row in prompts] == ["chat"] * 4 + ["prompt"] * 8
    assert all(row["completion"] is None for row in prompts[4:])
    assert dealt.learnt("own") == dealt.own


@pytest.mark.parametrize("count", [64, 1264, 1000])
def test_any_number_of_rows_is_the_same_number_of_steps(count: int) -> None:
    given = speech.budget(480, count)
    each = -(-count // 16)
    assert given["epochs"] * each == pytest.approx(480)
    assert given["evaluations_per_epoch"] * given["epochs"] >= 15


def test_classes_take_turns_and_no_row_is_lost() -> None:
    rows = [{"id": str(n), "label": "aab"[n % 3]} for n in range(12)]
    taken, left = evenly(rows, 6)
    assert [row["label"] for row in taken] == list("ababab")
    assert sorted(int(row["id"]) for row in [*taken, *left]) == list(range(12))
    assert [row["label"] for row in evenly(rows, 10)[0]] == list("ababababaa")


def test_a_text_without_its_class_is_still_the_text() -> None:
    from tunesmith.rows import text_of

    row = {"id": "1", "task": "classification", "text": "a fine film", "label": "1"}
    asked = classes.as_prompt(row)
    assert text_of(asked) == "a fine film"
    assert "1" not in {asked["label"], asked["text"]}


def test_differences_are_of_the_same_seed() -> None:
    one = [{"loss": 1.0, "right": 0.5, "seconds": 2.0}, {"loss": 3.0, "right": 0.1, "seconds": 4.0}]
    two = [{**own, "loss": own["loss"] - 1} for own in one]
    lines = table({"likelihood": one, "distil": two}, one[0], "likelihood", "accuracy").split("\n")
    assert lines[-1].startswith("| distil | 1.000 | 0.300 | -1.000 (-1.000 to -1.000) | +0.000")
    assert lines[-1].endswith("| 3 |")
    assert interval([1.0]) == "+1.000"
    assert interval([0.0, 2.0]).startswith("+1.000 (-11.706 to ")


def test_a_set_is_read_with_its_lines(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "sst2").mkdir()
    path = tmp_path / "sst2" / "train.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "fine", "label": "1"}\n'))
    (row,) = classes.read(path)
    assert (row["source"], row["text"], row["label"]) == ("sst2/train.jsonl.gz:1", "fine", "1")
