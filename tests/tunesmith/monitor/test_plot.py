"""The plot of the history, as `dvc plots show` makes it."""

import csv
import json
from pathlib import Path
from typing import Any

import yaml
from dvc_render.vega import VegaRenderer

from tunesmith.monitor.history import record
from tunesmith.monitor.side import Side


def test_every_look_has_a_point_for_each_side_and_the_limit_a_line(
    root: Path, tmp_path: Path
) -> None:
    for effect in (0.1, 0.5):
        side = Side("words (zh)", effect, 0.05, 0.25, 80, "steady")
        found = {"files": {"a": f"{effect}"}, "sides": [side._asdict()]}
        record(found, tmp_path / "looks.jsonl", tmp_path / "history.csv")
    plots = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["plots"]
    known = {path: about for plot in plots for path, about in plot.items()}
    about: dict[str, Any] = known["reports/monitor/history.csv"]
    with (tmp_path / "history.csv").open() as file:
        points = [{**line, "rev": "workspace"} for line in csv.DictReader(file)]
    drawn = VegaRenderer(points, "history", template_dir=str(root / ".dvc/plots"), **about)
    tree = drawn.get_filled_template()
    assert [(one["look"], one["side"], one["of_limit"]) for one in tree["data"]["values"]] == [
        ("1", "words (zh)", "0.4"),
        ("2", "words (zh)", "2.0"),
    ]
    assert "<DVC" not in json.dumps(tree["spec"]) + json.dumps(tree["transform"])
    made = {one["as"] for one in tree["transform"]}
    fields = {part.split('"')[0] for part in json.dumps(tree["spec"]).split('"field": "')[1:]}
    assert fields <= made | set(points[0])
    assert {"datum": 1} in [layer["encoding"]["y"] for layer in tree["spec"]["layer"][1:]]
