"""The DVC plot of the scores: one panel a set and metric, so that no two are taken for one."""

import json
from pathlib import Path
from typing import Any

import yaml
from dvc_render.vega import VegaRenderer

from tests.reporting import whole_evidence

ROOT = Path(__file__).resolve().parents[3]


def rendered() -> dict[str, Any]:
    """Return the plot of whole evidence as `dvc plots show` makes it."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    (plot,) = stages["evaluate"]["plots"]
    about = plot["reports/scores.csv"]
    points = [{**line, "rev": "workspace"} for line in whole_evidence().scores]
    renderer = VegaRenderer(points, "scores", template_dir=str(ROOT / ".dvc/plots"), **about)
    return dict(renderer.get_filled_template())


def test_every_field_that_the_plot_names_is_a_column_or_made_from_one() -> None:
    found = rendered()
    transforms = found["transform"]
    values = found["data"]["values"]
    made = {one["as"] for one in transforms if "as" in one}
    fields = {part.split('"')[0] for part in json.dumps(found["spec"]).split('"field": "')[1:]}
    assert fields <= made | set(values[0])
    assert {"test", "ood:far", "retention:prose"} == {one["set"] for one in values}


def test_sets_and_metrics_have_panels_of_their_own_and_slices_none() -> None:
    found = rendered()
    panel = next(one for one in found["transform"] if one.get("as") == found["facet"]["field"])
    assert "datum.set" in panel["calculate"]
    assert "datum.metric" in panel["calculate"]
    assert {"filter": "datum.slice === 'overall'"} in found["transform"]
    assert found["resolve"] == {"scale": {"x": "independent"}}
