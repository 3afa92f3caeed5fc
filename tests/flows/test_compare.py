"""Two versions are compared by what they answered; the rows that both were asked count."""

from pathlib import Path

import pytest

from flows.compare import compared, run_compare
from flows.history import History
from tests.flows.conftest import call
from tests.flows.ledger import PARAMS, TEST, release
from tunesmith.errors import UserError
from tunesmith.rewards.table import write_rewards


def test_a_former_champion_and_its_follower_are_paired_on_one_exam(ledger: Path) -> None:
    found = compared("v0.1.0", "v0.2.0", History())
    assert {one["commit"] for one in found["stored"]} == {found["second"]["commit"]}
    [test] = found["sets"]
    assert (test["shared"], test["of"]) == (7, [7, 7])
    exact = test["slices"][0]["metrics"][0]
    assert (exact["metric"], exact["first"], exact["second"]) == ("exact_match", 2 / 7, 6 / 7)
    assert (exact["test"], exact["p"]) == ("mcnemar", 0.125)


def test_the_other_way_round_has_the_other_sign(ledger: Path) -> None:
    there, back = (
        compared(*pair, History()) for pair in (("v0.1.0", "v0.2.0"), ("v0.2.0", "v0.1.0"))
    )
    gaps = [one["sets"][0]["slices"][0]["metrics"][0]["difference"] for one in (there, back)]
    assert gaps[0] == -gaps[1] == 4 / 7


def test_versions_of_two_exams_are_paired_by_id(ledger: Path) -> None:
    call("git", "tag", "-d", "adapter@v0.1.0")
    first = call("git", "rev-list", "--max-parents=0", "HEAD").strip()
    call("git", "tag", "-a", "adapter@v0.0.9", first, "-m", "x", "-m", "Model: models/sft")
    [test] = compared("v0.0.9", "v0.2.0", History())["sets"]
    assert (test["shared"], test["of"]) == (7, [8, 7])
    by_slice = {one["slice"]: one["metrics"][0]["n"] for one in test["slices"]}
    assert by_slice == {"overall": 7, "lang=en": 3, "lang=zh": 4}


def test_the_table_says_what_is_shared(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_compare("v0.1.0", "v0.2.0", False, False, None)
    out = capsys.readouterr().out
    assert "test: 7 rows shared of 7 and 7" in out
    assert "difference: adapter@v0.2.0 minus adapter@v0.1.0" in out


def test_what_a_round_made_is_compared_by_its_tag(ledger: Path) -> None:
    found = compared("round-1", "v0.2.0", History())
    assert found["first"]["name"] == "round-1"
    assert found["first"]["commit"] == call("git", "rev-parse", "round-1^{commit}").strip()
    with pytest.raises(UserError, match="round-7: no version, stage or commit"):
        compared("round-7", "v0.2.0", History())


def test_the_differences_are_drawn_on_a_page(ledger: Path, tmp_path: Path) -> None:
    page = tmp_path / "compare.html"
    run_compare("v0.1.0", "v0.2.0", False, False, page)
    text = page.read_text()
    assert "<h1>adapter@v0.2.0 against adapter@v0.1.0</h1>" in text
    assert '<h2 id="first">Exact match</h2>' in text
    assert '<span class="big better-text">+0.571</span> test' in text  # of seven rows


def test_a_row_is_no_version(ledger: Path) -> None:
    with pytest.raises(UserError, match="a1: no version, stage or commit"):
        compared("a1", "v0.2.0", History())


REWARD = """\
  reward:
    cmd: mkdir -p data/evaluation && cp in/rewards.parquet data/evaluation/
    deps: [data/exam/rows.parquet, in/rewards.parquet]
    params: [reward]
    outs: [data/evaluation/rewards.parquet]
"""


def scored(version: str, rule: str, worth: float) -> None:
    """Release a version whose answers a rule has scored; the champion's are worth nothing."""
    ids = [one["id"] for one in TEST[1:]]
    parts = {"candidate": (ids, [worth] * 7), "champion": (ids, [0.0] * 7)}
    write_rewards(Path("in/rewards.parquet"), parts)
    dials = f"reward: {{rewards: [{{kind: pattern, expression: {rule}}}], with: base}}\n"
    Path("params.yaml").write_text(PARAMS.replace("[exact_match,", "[reward, exact_match,") + dials)
    Path("in/noise").write_text(version)
    release(version)


def metrics(first: str, second: str) -> dict[str, float]:
    """Return the differences on all test rows."""
    whole = compared(first, second, History())["sets"][0]["slices"][0]["metrics"]
    return {one["metric"]: one["difference"] for one in whole}


def test_rewards_are_compared_only_if_the_same_rule_gave_them(ledger: Path) -> None:
    dvc_yaml = ledger / "dvc.yaml"
    dvc_yaml.write_text(dvc_yaml.read_text() + REWARD)
    scored("v0.3.0", "please", 0.25)
    scored("v0.4.0", "please", 1.0)
    assert metrics("v0.3.0", "v0.4.0")["reward"] == 1.0
    assert set(metrics("v0.2.0", "v0.4.0")) == {"exact_match", "rouge_l"}  # nobody scored v0.2.0
    scored("v0.5.0", "thanks", 1.0)
    assert set(metrics("round-1", "v0.5.0")) == {"exact_match", "rouge_l"}
    assert set(metrics("v0.3.0", "v0.5.0")) == {"exact_match", "rouge_l"}
