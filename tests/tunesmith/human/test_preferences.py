"""Ratings as pairs: majority, what is left out, and that stage collect reads them."""

import json
from pathlib import Path

from stages.collect import collect
from tests.judging import comparison, comparisons, question, rating
from tunesmith.files import write_jsonl
from tunesmith.human.comparison import Comparison
from tunesmith.human.preferences import EMPTY, IDENTICAL, NEITHER, NO_MAJORITY, preference_pairs
from tunesmith.human.rating import Rating
from tunesmith.human.standing import standing
from tunesmith.rows import COLUMNS, meta_of
from tunesmith.sources.file import FileSource
from tunesmith.splitting.separate import separate

ITEMS = comparisons(2)


def votes(item: Comparison, *said: str) -> list[Rating]:
    """Return what so many people said of a row."""
    return [rating(item, f"p{number}", one) for number, one in enumerate(said)]


def test_more_than_half_decide() -> None:
    [pair] = preference_pairs(standing(ITEMS, votes(ITEMS[0], "second", "first", "second"), 0)).rows
    assert pair["chosen"] == [{"role": "assistant", "content": "bad 0"}]
    assert pair["rejected"] == [{"role": "assistant", "content": "good 0"}]
    assert pair["prompt"] == question(0)["prompt"]
    assert (pair["annotators"], pair["chosen_model"], pair["parent"]) == (3, "base", "row-0")
    assert abs(pair["margin"] - 1 / 3) < 1e-9


def test_what_is_left_out_is_counted_by_reason() -> None:
    items = [comparison(number) for number in range(4)]
    same, empty = comparison(4, "same", "same"), comparison(5, " ")
    ratings = [
        *votes(items[0], "first", "second"),
        *votes(items[1], "first", "tie"),
        *votes(items[2], "tie", "both_bad", "first"),
        *votes(items[3], "first"),
        *votes(same, "tie"),
        *votes(empty, "first"),
    ]
    pairs = preference_pairs(standing([*items, same, empty], ratings, 0))
    assert [one["parent"] for one in pairs.rows] == ["row-3"]
    assert pairs.left_out == {NO_MAJORITY: 2, NEITHER: 1, IDENTICAL: 1, EMPTY: 1}


def test_stage_collect_reads_the_pairs_as_they_are(tmp_path: Path) -> None:
    items = [
        Comparison(question(1, group="order", licence="MIT"), ("candidate", "base"), ("对", "不对"))
    ]
    pairs = preference_pairs(standing(items, votes(items[0], "first"), 0))
    write_jsonl(tmp_path / "human_pairs.jsonl", pairs.rows)
    found = collect(tmp_path, [FileSource(path="human_pairs.jsonl")])
    [row] = found.rows
    assert found.quarantine == []
    assert row["task"] == "preference"
    assert row["prompt"] == items[0].row["prompt"]
    assert row["chosen"] == [{"role": "assistant", "content": "对"}]
    assert row["rejected"] == [{"role": "assistant", "content": "不对"}]
    assert [row[name] for name in ("lang", "licence", "group", "parent", "op")] == [
        "zh", "MIT", "order", "row-1", "human",
    ]  # fmt: skip
    assert meta_of(row) == {"annotators": 1, "chosen_model": "candidate", "margin": 1.0}


def test_the_same_ratings_give_the_same_bytes(tmp_path: Path) -> None:
    ratings = [*votes(ITEMS[0], "first"), *votes(ITEMS[1], "second")]
    for name, given in (("a", ratings), ("b", ratings[::-1])):
        write_jsonl(tmp_path / name, preference_pairs(standing(ITEMS, given, 0)).rows)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len([json.loads(line) for line in (tmp_path / "a").read_text().splitlines()]) == 2


def test_pairs_of_test_rows_stay_out_of_the_train_rows() -> None:
    pairs = preference_pairs(standing(ITEMS, votes(ITEMS[0], "first"), 0)).rows
    blank = dict.fromkeys(COLUMNS)
    rows = [ITEMS[0].row, *({**blank, **pair, "id": "pair", "source": "pairs:1"} for pair in pairs)]
    [drop] = separate(rows, ["test", "train"], 0.9, 0)
    assert (drop.place, drop.reason) == (1, "repeats_test")
