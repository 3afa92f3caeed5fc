"""The closing tables: what is shown, and in which order."""

import json
from pathlib import Path

from tunesmith.cli.results import costs, scores


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
