"""Auto mode from the command line: reasons are written down, a race corrects the rules."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from typer.testing import CliRunner

from flows import auto
from flows.cli import app
from tests.flows.searching import experiments, project
from tunesmith.auto.facts import Facts, Fits
from tunesmith.dials import Dials

FACTS = Facts(
    task="chat",
    rows=300,
    mean_tokens=40,
    weights=1_000_000,
    device="a <small> cpu",
    gpu=False,
    fits={kind: Fits(fit="yes") for kind in auto.KINDS},
)


@pytest.fixture
def tunesmith(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.chdir(project(tmp_path / "project"))
    monkeypatch.setattr(auto, "look", lambda *_: FACTS)

    def call(*words: str) -> str:
        done = CliRunner().invoke(app, ["auto", *words])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    return call


def record() -> dict[str, Any]:
    found = json.loads(Path("reports/auto/sft.json").read_text())
    assert isinstance(found, dict)
    return found


def test_the_rules_set_dials_and_say_why(tunesmith: Callable[..., str]) -> None:
    before = Path("params.yaml").read_text()
    out = tunesmith("--show")
    assert "phases.sft.epochs = 5: 300 rows" in out
    assert Path("params.yaml").read_text() == before
    tunesmith()
    phase = Dials.read().phases["sft"]
    assert (phase.epochs, phase.method.kind) == (5, "lora")
    page = Path("reports/auto/sft.html").read_text()
    assert "a &lt;small&gt; cpu" in page
    assert all(escape(one["why"]) in page for one in record()["reasons"])


def test_a_race_is_of_experiments_and_its_winner_is_taken(
    tunesmith: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rank = auto.choose(FACTS)[0].value["r"]
    both = auto.rivals(FACTS, auto.choose(FACTS))[:3:2]
    monkeypatch.setattr(auto, "rivals", lambda *_: both)
    out = tunesmith("--race")
    assert "the race was won by: wider" in out  # as the toy's loss has it
    assert f'"r": {4 * rank}' in out.split("wider won the race; the rules had")[0]
    assert f'"r": {rank}' in out.split("wider won the race; the rules had")[1]
    assert Dials.read().phases["sft"].method.model_dump()["r"] == 4 * rank
    assert len(experiments()) == 2
    assert [one["epochs"] for one in record()["race"]] == [0.625, 0.625]


def test_a_phase_that_is_not_there_is_refused(tunesmith: Callable[..., str]) -> None:
    done = CliRunner().invoke(app, ["auto", "dpo"])
    assert str(done.exception) == 'auto: no phase "dpo"; known: sft'
