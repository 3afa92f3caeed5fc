"""Versions of what was promoted, and the pointer to one of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.promotion import candidate, point_to, promoted, read_verdict, tag_model, untag
from tests.flows.conftest import call
from tunesmith.errors import UserError


def test_versions_count_up_and_the_latest_is_first(fresh: Path) -> None:
    assert promoted() == []
    tags = [tag_model("models/sft", ["better"]) for _ in range(11)]
    assert tags[:2] == ["adapter@v0.1.0", "adapter@v0.2.0"]
    assert promoted()[:2] == ["adapter@v0.11.0", "adapter@v0.10.0"]
    untag("adapter@v0.11.0")
    assert tag_model("models/sft", []) == "adapter@v0.11.0"


def test_a_team_s_own_major_version_is_counted_on(fresh: Path) -> None:
    call("git", "tag", "adapter@v2.3.1")
    call("git", "tag", "adapter@vnext")
    assert tag_model("models/sft", ["better"]) == "adapter@v2.4.0"


def test_gto_lists_what_was_promoted(fresh: Path) -> None:
    tag_model("models/sft", ["better"])
    gto = str(Path(sys.executable).with_name("gto"))
    done = subprocess.run([gto, "show", "--json"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["adapter"]["version"] == "v0.1.0"


def test_the_pointer_names_tag_and_model(fresh: Path) -> None:
    tag = tag_model("models/dpo", ["a gain of 0.2", "no slice is worse"])
    point_to(tag)
    assert json.loads(Path("champion.json").read_text()) == {"model": "models/dpo", "tag": tag}


def test_an_unknown_tag_is_refused_with_those_there_are(fresh: Path) -> None:
    with pytest.raises(UserError, match="there are: none; nothing has been promoted yet"):
        point_to("adapter@v9.0.0")
    tag_model("models/sft", [])
    with pytest.raises(UserError, match=r"no tag adapter@v9\.0\.0 here; there are: adapter@v0\.1"):
        point_to("adapter@v9.0.0")


def test_a_tag_that_names_no_model_is_refused(fresh: Path) -> None:
    call("git", "tag", "--annotate", "adapter@v0.1.0", "-m", "by hand")
    with pytest.raises(UserError, match=r"adapter@v0\.1\.0: its message names no model"):
        point_to("adapter@v0.1.0")


def test_the_candidate_is_the_phase_that_params_name(fresh: Path) -> None:
    with pytest.raises(UserError, match=r"params\.yaml: models\.candidate\.of: missing"):
        candidate()
    Path("params.yaml").write_text("models: {candidate: {of: dpo}}\n")
    assert candidate() == "models/dpo"


def test_a_verdict_is_read_where_there_is_a_gate(fresh: Path) -> None:
    assert read_verdict() is None
    Path("reports").mkdir()
    Path("reports/gate.json").write_text('{"verdict": "SHIP", "reasons": ["better"]}')
    verdict = read_verdict()
    assert verdict is not None
    assert verdict.ships
    assert verdict.reasons == ("better",)
