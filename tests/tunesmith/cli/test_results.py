"""The closing tables: what is shown, and in which order."""

import json
from pathlib import Path

import pytest

from tests.reporting import evidence
from tunesmith.cli.results import at_a_glance, costs, read_results, scores
from tunesmith.errors import UserError


def test_costs_come_in_the_order_of_the_map_and_without_strangers(tmp_path: Path) -> None:
    for name in ("train@sft", "collect", "base", "gone"):
        record = {"seconds": 1.25, "peak_memory_bytes": 3 * 2**20}
        (tmp_path / f"{name}.json").write_text(json.dumps(record))
    table = costs(tmp_path, ["base", "collect", "train"])
    assert [list(column.cells) for column in table.columns] == [
        ["base", "collect", "train@sft"],
        ["1.2"] * 3,
        ["3"] * 3,
    ]


def test_scores_show_base_and_candidate_with_intervals() -> None:
    score = {"value": 0.5, "low": 0.25, "high": 0.75}
    table = scores({"candidate": {"rouge_l": score}, "base": {"rouge_l": score}})
    assert [list(column.cells) for column in table.columns] == [
        ["rouge_l"],
        ["0.500 [0.250, 0.750]"],
        ["0.500 [0.250, 0.750]"],
    ]


def test_the_summary_is_that_of_the_report() -> None:
    found = evidence()
    score = found.metrics["candidate"]["exact_match"]["value"]
    group, measure, *_, candidate = (list(one.cells) for one in at_a_glance(found).columns)
    assert group == ["Quality", "Efficiency", "", ""]
    assert measure == [
        "Exact match, test rows", "Training time", "Tokens trained", "Peak memory, training"
    ]  # fmt: skip
    assert str(candidate[0]).startswith(f"{score:.3f} better\n")
    assert candidate[1:] == ["75.5 s", "1,234 / s", "2.0 GiB"]


def test_results_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"metrics\.json: no such file"):
        read_results(tmp_path, "sft")
