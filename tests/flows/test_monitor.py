"""The monitor: what it finds is kept on main, and its event starts the retrain that learns."""

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows import feedback_round, incoming
from flows.run_branch import begin
from tests.flows.conftest import DELIVERY_YAML, call
from tests.flows.served import Ask, asking, everything, wait_for
from tests.tiny import chat_row
from tests.tunesmith.monitor.texts import EN, ZH, both, questions
from tunesmith.errors import UserError
from tunesmith.monitor.side import Side
from tunesmith.rows import to_frame, write_rows

TOY = """\
import flows.scheduled as module
from flows.monitor import monitor

module.read_dials = lambda: None  # the toy's params.yaml is none of ours
scheduled = module.scheduled
"""
PARAMS: dict[str, Any] = {
    "seed": 0,
    "models": {"candidate": {"of": "sft"}},
    "clean": {"steps": []},
    "monitor": {"min_rows": 20, "limits": {"embedding": None, "score": None}},
}
ROWS = """\
stages:
  rows:
    cmd: mkdir -p data/train; cp rows.parquet data/train/train.parquet
    deps: [rows.parquet]
    outs: [data/train/train.parquet]
"""
HOLD = """mkdir -p reports; echo '{"verdict": "HOLD", "reasons": []}' > reports/gate.json\n"""
TRAIN = "mkdir -p models/sft\n{ cat raw.txt; ls data/feedback; } > models/sft/weights.txt\n"


@pytest.fixture
def project(delivery: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that delivers and has been trained; what was asked since lies beside it."""
    deployments = YAML(typ="safe").load((root / "prefect.yaml").read_text())
    wanted = {"on-drift": "toy.py:scheduled", "monitor": "toy.py:monitor"}
    deployments["deployments"] = [
        {**one, "entrypoint": wanted[one["name"]], "schedules": []}
        for one in deployments["deployments"]
        if one["name"] in wanted
    ]
    for name, tree in {"prefect.yaml": deployments, "params.yaml": PARAMS}.items():
        with Path(name).open("w") as file:
            YAML(typ="safe").dump(tree, file)
    stages = DELIVERY_YAML.removeprefix("stages:\n").replace(
        "train.sh]", "train.sh, data/feedback]"
    )
    Path("dvc.yaml").write_text(ROWS + stages)
    Path("train.sh").write_text(TRAIN)
    Path("gate.sh").write_text(HOLD)
    Path("toy.py").write_text(TOY)
    Path("data/feedback").mkdir(parents=True)
    Path("data/feedback/.gitkeep").touch()
    Path("data/.gitignore").write_text("/incoming\n")
    rows = [chat_row(k, text, "Yes.") for k, text in enumerate(both(200, 0))]
    write_rows(Path("rows.parquet"), to_frame(rows))
    ask("asked/1.jsonl", [*questions(EN, 10, 1), *questions(ZH, 100, 1)])
    ask("answered/1.jsonl", questions(ZH, 30, 2), "是的。")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    call("dvc", "repro", "-q")
    call("dvc", "push", "-q")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Train")
    call("git", "push", "-q", "origin", "main")
    return delivery


def ask(name: str, texts: list[str], answer: str | None = None) -> None:
    path = Path("data/incoming") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = {} if answer is None else {"completion": answer}
    lines = [json.dumps({"prompt": text, **beside}, ensure_ascii=False) for text in texts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def api(project: Path) -> Iterator[Ask]:
    """Ask the API of `make ui`."""
    with everything() as url:
        yield asking(url)


def ended(api: Ask, deployment: str, count: int) -> list[tuple[str, str]]:
    """Wait for so many runs of a deployment to end, and return their states, the first first."""
    body = {"deployments": {"name": {"any_": [deployment]}}, "sort": "START_TIME_ASC"}

    def final() -> list[tuple[str, str]]:
        states = [run["state"] for run in api("flow_runs/filter", body)]
        over = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        is_enough = sum(state["type"] in over for state in states) >= count
        return [(state["name"], state["message"]) for state in states] if is_enough else []

    return list(wait_for(final))


def start(api: Ask, deployment: str) -> None:
    [found] = api("deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    api(f"deployments/{found['id']}/create_flow_run", {})


@pytest.mark.flow
def test_a_limit_that_is_crossed_starts_a_retrain_which_learns_what_was_answered(
    project: Path, api: Ask
) -> None:
    start(api, "monitor")
    [(name, told)] = ended(api, "monitor", 1)
    assert name == "Drift", told
    assert told.startswith("look 1: drift, language ")
    [taken] = Path("data/feedback").glob("001-*.jsonl")
    assert f"{taken} to learn from, data and commits pushed" in told
    assert len(taken.read_text().splitlines()) == 30
    [(name, told)] = ended(api, "on-drift", 1)
    assert (name, "HOLD, data and commits pushed" in told) == ("Completed", True), told
    assert taken.name in Path("models/sft/weights.txt").read_text()

    start(api, "monitor")
    assert ended(api, "monitor", 2)[1] == ("Nothing new", "no file that no look has seen")
    assert len(ended(api, "on-drift", 1)) == 1, "no event, no retrain"
    log = call("git", "log", "--format=%s%n%(trailers:key=Round,valueonly)", "origin/main")
    assert f"Look 1: drift\n{taken.name}\n" in log
    with incoming.HISTORY.open() as file:
        sides = {line["side"]: line["level"] for line in csv.DictReader(file)}
    assert sides["language"] == "crossed"
    kept = {one["key"]: one for one in api("artifacts/filter", {"sort": "UPDATED_DESC"})}
    assert json.loads(kept["monitor"]["data"])[0]["level"] == "crossed"
    assert call("git", "status", "--porcelain") == ""
    assert call("git", "branch", "--show-current").strip() == "main"


def test_a_round_that_was_placed_and_not_committed_is_taken_away(finished: Path) -> None:
    incoming.FEEDBACK.mkdir(parents=True)
    incoming.HERE.mkdir(parents=True)
    incoming.LEARN.write_text("\n")
    assert incoming.take_in() is None, "no row, no round"
    row = {"task": "text", "text": "hello"}
    incoming.LEARN.write_text(json.dumps(row) + "\n")
    path = incoming.take_in()
    assert path is not None
    kept = feedback_round.files_of(path)
    assert all(Path(name).exists() for name in kept)
    feedback_round.forget_unfinished()
    assert sorted(incoming.FEEDBACK.glob("0*")) == []

    assert incoming.take_in() == path, "the same rows make the same round"
    call("git", "add", *kept)
    call("git", "commit", "-qm", "Look")
    feedback_round.forget_unfinished()
    assert path.exists(), "what git has stays"


def test_a_look_that_cannot_be_shared_leaves_main_as_it_was_and_is_made_again(
    delivery: Path,
) -> None:
    from flows.monitor import keep

    incoming.FEEDBACK.mkdir(parents=True)
    incoming.HERE.mkdir(parents=True)
    incoming.LEARN.write_text(json.dumps({"task": "text", "text": "hello"}) + "\n")
    side = Side("language", 0.5, 0.1, 0.25, 80, "crossed")
    found = {"files": {"asked/1.jsonl": "ab12"}, "sides": [side._asdict()], "waiting": {}}
    hook = Path("../origin.git/hooks/pre-receive")
    hook.write_text("#!/bin/sh\necho closed today\nexit 1\n")
    hook.chmod(0o755)
    before = call("git", "rev-parse", "main")
    with pytest.raises(UserError, match="origin did not take runs/"):
        keep(begin(), found)
    assert call("git", "rev-parse", "main") == before
    assert not incoming.LOOKS.exists()
    assert list(incoming.FEEDBACK.glob("0*")) == []

    hook.unlink()
    told = keep(begin(), found)
    assert told.startswith("look 1: drift, language 0.500 (limit 0.25), data/feedback/001-")
    assert call("git", "rev-parse", "main") == call("git", "rev-parse", "origin/main")
    assert call("git", "status", "--porcelain") == ""


def test_without_a_trained_pipeline_a_look_names_what_makes_one(fresh: Path) -> None:
    with pytest.raises(UserError, match=r"a retrain makes both \(`tunesmith run --deliver`\)"):
        incoming.bring()
