"""What a run leaves in Prefect's pages: its stages, its verdict, and the way to its report."""

import json
from pathlib import Path

import pytest

from flows.artifacts import address, where
from flows.deliver import Delivered
from tests.flows.conftest import call
from tests.flows.delivered import deliver, trailer
from tests.flows.served import asking

PLACE = "https://reports.example.org/{commit}.html"
COMMIT = "1f0c2a9d3b7e4f5a6b7c8d9e0f1a2b3c4d5e6f70"


@pytest.mark.flow
def test_a_delivered_run_leaves_stages_verdict_and_a_link_to_where_the_team_publishes(
    clone: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    monkeypatch.setenv("TUNESMITH_REPORT_URL", PLACE)
    assert deliver() == (0, "")
    run, reported = trailer("main", "Prefect-Run"), call("git", "rev-parse", "main^").strip()
    assert trailer("main", "Promoted") == "adapter@v0.1.0", "the report is of the commit before"
    left = asking(api)("artifacts/filter", {"flow_runs": {"id": {"any_": [run]}}})
    kinds = {one["key"]: (one["type"], one["data"]) for one in left}
    assert set(kinds) == {"stages", "verdict", "report"}
    kind, stages = kinds["stages"]
    assert kind == "table"
    assert [row["stage"] for row in json.loads(stages)] == ["train", "champion", "gate"]
    url = f"https://reports.example.org/{reported}.html"
    assert kinds["report"] == ("markdown", f"[Report]({url})")
    kind, page = kinds["verdict"]
    assert (kind, page.splitlines()[0]) == ("markdown", "# SHIP")
    assert f"[The report]({url})" in page


def test_without_a_place_of_the_team_a_report_is_that_of_a_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TUNESMITH_REPORT_URL", raising=False)
    assert address(Delivered("", COMMIT)) is None
    assert where(Delivered("", COMMIT)) == "reports/report.html of commit 1f0c2a9d3b7e"
    assert where(Delivered("")) == "reports/report.html, in the working copy"


def test_a_run_without_a_commit_has_no_place_on_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESMITH_REPORT_URL", PLACE)
    assert address(Delivered("")) is None
    assert where(Delivered("", COMMIT)) == f"https://reports.example.org/{COMMIT}.html"
