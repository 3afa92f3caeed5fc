"""The improve loop on a project whose model knows what it has rows of."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import yaml

from tests.flows import toy_loop, warm
from tests.flows.conftest import call
from tests.flows.delivered import at_origin, deliver, refs, trailer
from tests.flows.toy_loop import row, sizes
from tunesmith.files import write_json
from tunesmith.improve.ledger import Round, read_ledger
from tunesmith.params import load_yaml

pytestmark = pytest.mark.flow
LOOP = """
from flows.server import prefect_api
with prefect_api() as server:
    import os
    from flows import loop_files
    from flows.improve import run_here
    from flows.retrain import end_now
    server.wait()
    {first}
    code = run_here({rounds}, False, False)
end_now(code)
"""
DIES = "loop_files.judge = lambda *_: os.kill(os.getpid(), 9)"
LEDGER = Path("reports/improve/rounds.jsonl")
FED = {"refund": 3, "order": 15, "账单": 15}
IMPROVE = {"budget": {"rounds": 3}, "patience": 1, "metric": "exact_match", "technique": False}


def dials(**improve: object) -> None:
    """Write the whole of params.yaml, with other dials of the loop."""
    tree = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())
    tree["improve"] = {**IMPROVE, **improve}
    tree["analyze"] |= {"metric": "exact_match", "slices": ["lang", "meta.intent"]}
    tree["gate"] |= {"protected_slices": ["lang"]}
    Path("params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))


def pool(slice_: str, count: int, **more: object) -> list[dict[str, object]]:
    """Return rows that could be learnt."""
    return [row(5000 + k, slice_, "train") | more for k in range(count)]


@pytest.fixture(scope="module", autouse=True)
def served(api: str) -> Iterator[None]:
    """All loops of this file have one Prefect, and this Python first on the PATH."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        patch.setenv("PREFECT_API_URL", api)
        yield


@pytest.fixture(scope="module")
def trained(delivery_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that starves one slice, and has rows of it in a pool; all stages have run."""
    place = tmp_path_factory.mktemp("trained") / "place"
    shutil.copytree(delivery_template, place, symlinks=True)
    with chdir(place / "clone"):
        shutil.copy(toy_loop.__file__, "toy_loop.py")
        Path("dvc.yaml").write_text(toy_loop.DVC_YAML)
        dials()
        write_json(Path("rows.json"), sizes(FED))
        write_json(Path("pool.json"), pool("refund", 12))
        for name in ("harm.txt", "dull.txt"):
            Path(name).write_text("")
        for name in ("data/feedback", "data/reviews", "reports"):
            Path(name).mkdir(parents=True, exist_ok=True)
        Path("data/feedback/.gitkeep").touch()
        publish("A starved project")
        assert deliver() == (0, "")
    return place


@pytest.fixture
def project(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, entered."""
    return entered(trained, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def looped(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The same after a loop, and what that said in the end."""
    place = tmp_path_factory.mktemp("looped") / "place"
    shutil.copytree(trained, place, symlinks=True)
    with chdir(place / "clone"):
        return place, improve()


@pytest.fixture
def improved(
    looped: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, str]:
    """A copy of it, entered, and what the loop said."""
    return entered(looped[0], tmp_path, monkeypatch), looped[1]


@pytest.fixture(scope="module")
def turned(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project in which no row helps after a loop of two looks, and what that said in the end."""
    place = tmp_path_factory.mktemp("turned") / "place"
    shutil.copytree(trained, place, symlinks=True)
    with chdir(place / "clone"):
        Path("dull.txt").write_text("refund\n")
        dials(patience=9, technique=True, looks=2, alpha=0.04, budget={"rounds": 9})
        publish("No row of feedback helps, and two looks")
        return place, improve()


def entered(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(template, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "clone")
    return tmp_path / "place" / "clone"


def publish(subject: str) -> None:
    """Commit everything and push it, as a person would."""
    call("git", "add", "-A")
    call("git", "commit", "-qm", subject)
    call("git", "push", "-q", "origin", "main")


def run_loop(rounds: int = 0, first: str = "") -> tuple[int, str, str]:
    """Run the loop in a process of its own; return its exit code, last line and errors."""
    code = LOOP.format(first=first, rounds=rounds)
    process = warm.start(code, (), os.environ, subprocess.PIPE)
    out, errors = process.communicate()
    return process.returncode, (out.strip().splitlines() or [""])[-1], errors


def improve(rounds: int = 0) -> str:
    """Run the loop and return what it says in the end."""
    code, said, errors = run_loop(rounds)
    assert code == 0, errors
    return said


def ledger() -> list[Round]:
    return read_ledger(LEDGER)


def rounds() -> list[str]:
    """Return the files of feedback that are here."""
    return sorted(path.name[:3] for path in Path("data/feedback").glob("*.jsonl"))


def known() -> object:
    """Return how many rows of each slice the model knows."""
    return json.loads(Path("models/sft/known.json").read_text())["known"]


def fresh() -> bool:
    """Tell whether DVC finds nothing to do."""
    return "up to date" in call("dvc", "status")


def test_a_starved_slice_is_fed_and_the_proof_is_kept(improved):
    [one] = ledger()
    assert (one.number, one.action, one.kept) == (1, "data", True)
    assert one.targets == ("meta.intent=refund",)
    assert one.added == {"meta.intent=refund": {"mine": 12}}
    target = one.proof["parts"][0]
    assert (target["before"], target["after"], target["n"]) == (0.2, 1.0, 60)
    assert "1 round, 1 kept: no candidates" in improved[1]
    assert rounds() == ["001"]
    assert fresh()


def test_a_round_is_one_commit_with_its_tag_and_its_trailers(improved):
    assert trailer("round-1", "Round") == "1"
    assert (
        call("git", "log", "-1", "--format=%s", "round-1").strip() == "Round 1 (data), kept: SHIP"
    )
    assert {"tags/round-1", "tags/adapter@v0.1.0", "tags/adapter@v0.2.0"} <= set(refs())
    assert at_origin("main") == call("git", "rev-parse", "main").strip()


def test_a_round_that_harms_others_is_rolled_back_and_can_still_be_rebuilt(project):
    Path("harm.txt").write_text("order\n")
    publish("Rows of feedback harm orders")
    improve(1)
    [one] = ledger()
    assert not one.kept
    assert any("harmed" in reason for reason in one.proof["reasons"])
    assert rounds() == []
    assert known() == FED
    assert fresh()
    call("git", "checkout", "-q", "round-1")
    call("dvc", "checkout", "-q")
    assert rounds() == ["001"]
    assert "up to date" in call("dvc", "repro").replace("didn't change", "")
    assert known() == {"refund": 15, "order": 3, "账单": 15}


def test_rows_that_did_not_help_are_not_tried_again(project):
    Path("dull.txt").write_text("refund\n")
    publish("No row of feedback helps")
    said = improve()
    assert [one.kept for one in ledger()] == [False]
    assert "did not help" in said
    dials(patience=2)
    publish("More patience")
    assert "no round: no candidates" in improve()


def test_after_rows_that_did_not_help_a_dial_is_turned(turned, tmp_path, monkeypatch):
    entered(turned[0], tmp_path, monkeypatch)
    first, second = ledger()
    assert (first.action, second.action) == ("data", "technique")
    even = {"how": "temperature", "by": ["meta.intent"], "temperature": 2.0}
    assert second.dials == {"augment.balance": even}
    assert second.targets == ("meta.intent=refund",)
    assert not second.kept
    assert "balance" not in load_yaml(Path("params.yaml"))["augment"]
    assert fresh()


def test_each_look_at_the_test_rows_is_paid_for(turned, monkeypatch):
    monkeypatch.chdir(turned[0] / "clone")
    assert "looked at 2 times" in turned[1]
    assert [(one.look, one.proof["level"]) for one in ledger()] == [(1, 0.02), (2, 0.02)]


def test_rows_that_need_a_person_wait_for_one(project):
    write_json(Path("pool.json"), pool("refund", 12, needs="review"))
    publish("Rows to be reviewed")
    assert "12 proposed rows wait for a person (`tunesmith review`)" in improve()
    proposals = Path("data/proposals/candidates.jsonl").read_text().splitlines()
    decisions = [{"proposal": json.loads(line)["proposal"]["id"], "decision": "accept"}
                 for line in proposals]  # fmt: skip
    text = "".join(json.dumps(one) + "\n" for one in decisions)
    Path("data/reviews/decisions.jsonl").write_text(text)
    publish("Accept them")
    improve()
    assert [one.added for one in ledger()] == [{"meta.intent=refund": {"mine": 12}}]


@pytest.mark.fault
def test_f17_a_killed_loop_makes_its_round_once_and_with_the_same_result(
    project, looped, monkeypatch
):
    """Nothing of the round that died is left, and its number and rows are the same again."""
    code, _, _ = run_loop(1, DIES)
    assert code == -signal.SIGKILL
    assert rounds() == ["001"], "the round was placed"
    improve(1)
    interrupted, names = ledger(), rounds()
    monkeypatch.chdir(looped[0] / "clone")
    assert interrupted == ledger()
    assert names == rounds()


def test_the_page_and_the_plot_hold_every_round(improved):
    page = Path("reports/improve/rounds.html").read_text()
    assert "1 of 1" in page
    assert "12 rows (12 mine) for meta.intent=refund" in page
    assert "meta.intent=refund" in Path("reports/improve/history.csv").read_text()


def test_a_failing_stage_leaves_main_as_it_was(improved):
    before = at_origin("main")
    write_json(Path("rows.json"), sizes({**FED, "账单": 2}))
    write_json(Path("pool.json"), pool("账单", 12))
    publish("Another weak slice")
    code = Path("toy_loop.py").read_text()
    broken = code.replace(
        "    known = dict.fromkeys", "    assert len(added) < 20\n    known = dict.fromkeys"
    )
    Path("toy_loop.py").write_text(broken)
    publish("A stage that fails on many rows")
    code, _, errors = run_loop()
    assert code == 1
    assert "train" in errors.splitlines()[-1]
    assert [one.number for one in ledger()] == [1]
    assert at_origin("main") != before, "the data was brought up to date first"
    assert call("git", "branch", "--show-current").strip() == "main"
