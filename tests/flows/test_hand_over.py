"""A stage between two clones: what goes by git, what by the DVC remote, and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from flows import hand_over, run_branch
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.run_branch import Run
from flows.runner import Outcome, reproduce
from tests.flows.conftest import call
from tunesmith.errors import UserError

ANSWER = "handover/answer"
TRAIN = "mkdir -p models/sft\ncp ready.txt models/sft/weights.txt\necho '{}' > loss.json\n"


class Handed:
    """The run's clone and the worker's; one of them is the current folder."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.here, self.there, self.patch = place / "clone", place / "worker", patch

    def send(self) -> tuple[Run, PlannedStage, str]:
        """Begin a run, do what comes before training, and hand training over."""
        self.patch.chdir(self.here)
        run = run_branch.begin()
        reproduce("prepare")
        plan = make_plan()
        return run, training(plan), hand_over.send(run, training(plan), plan)

    def work(self, run: Run, stage: PlannedStage, rev: str) -> Outcome:
        """Do what the worker does."""
        self.patch.chdir(self.there)
        hand_over.check_out(run.name, rev)
        hand_over.fetch_inputs(stage)
        outcome = reproduce(stage.name, pull=True)
        hand_over.give_back(stage, ANSWER, {"Prefect-Run": "1"})
        self.patch.chdir(self.here)
        return outcome

    def again(self) -> None:
        """Go back to main, as if the run had ended without its answer."""
        call("git", "switch", "-q", "main")
        call("git", "push", "-q", "origin", "--delete", ANSWER)


def training(plan: list[PlannedStage]) -> PlannedStage:
    return next(stage for stage in plan if stage.name == "train")


@pytest.fixture(scope="module")
def answered_template(delivery_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that delivers, in two clones: training was handed over, and the answer waits."""
    place = tmp_path_factory.mktemp("answered") / "place"
    shutil.copytree(delivery_template, place, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "clone")
        tree = yaml.safe_load(Path("dvc.yaml").read_text())
        tree["stages"]["prepare"] = {
            "cmd": "cat raw.txt > ready.txt && cat raw.txt > big.txt",
            "deps": ["raw.txt"],
            "outs": ["ready.txt", "big.txt"],
        }
        tree["stages"]["train"] |= {
            "deps": ["ready.txt", "train.sh"],
            "meta": {"pool": "gpu"},
            "metrics": [{"loss.json": {"cache": False}}],
        }
        Path("dvc.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
        Path("train.sh").write_text(TRAIN)
        call("git", "commit", "-qam", "Prepare first")
        call("git", "push", "-q", "origin", "main")
        call("git", "clone", "-q", "../origin.git", "../worker")
        call("git", "-C", "../worker", "remote", "set-url", "origin", "../origin.git")
        handed = Handed(place, patch)
        assert handed.work(*handed.send()) is Outcome.RAN
    return place


@pytest.fixture
def handed(answered_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Handed:
    """A copy of it, entered; the run's branch is checked out."""
    shutil.copytree(answered_template, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "clone")
    return Handed(tmp_path / "place", monkeypatch)


@pytest.fixture
def stage(handed: Handed) -> PlannedStage:
    """Training, as the run has planned it."""
    return training(make_plan())


def the_run() -> Run:
    """Return the run whose branch is checked out."""
    return Run(call("git", "branch", "--show-current").strip().removeprefix("runs/"), "main")


def weights() -> str:
    return Path("models/sft/weights.txt").read_text()


def test_what_a_worker_made_is_taken_and_is_fresh_here(handed: Handed, stage: PlannedStage) -> None:
    asked = call("git", "rev-parse", "HEAD")
    hand_over.take(stage, ANSWER)
    assert weights() == "first\n"
    assert Path("loss.json").exists()
    assert reproduce("train") is Outcome.UNCHANGED
    assert call("git", "status", "--porcelain") == ""
    assert call("git", "rev-parse", "HEAD^") == asked


def test_the_worker_pulls_what_the_stage_reads_and_nothing_else(handed: Handed) -> None:
    assert (handed.there / "ready.txt").exists()
    assert not (handed.there / "big.txt").exists()


def test_a_file_of_an_earlier_run_is_not_taken_for_the_one_that_dvc_lock_names(
    handed: Handed, stage: PlannedStage
) -> None:
    handed.again()
    Path("raw.txt").write_text("second\n")
    call("git", "commit", "-qam", "New data")
    call("git", "push", "-q", "origin", "main")
    assert (handed.there / "ready.txt").read_text() == "first\n"
    handed.work(*handed.send())
    hand_over.take(stage, ANSWER)
    assert weights() == "second\n"


def test_what_the_remote_has_already_is_pulled_there_and_taken_here(
    handed: Handed, stage: PlannedStage
) -> None:
    hand_over.take(stage, ANSWER)
    call("git", "push", "-q", "origin", "--delete", ANSWER)
    shutil.rmtree(handed.there / ".dvc/cache")
    shutil.rmtree(handed.there / "models")
    rev = hand_over.send(the_run(), stage, make_plan())
    assert handed.work(the_run(), stage, rev) is Outcome.PULLED
    hand_over.take(stage, ANSWER)
    assert weights() == "first\n"


@pytest.mark.fault
def test_f13_an_answer_to_an_earlier_commit_is_refused_and_nothing_is_overwritten(
    handed: Handed, stage: PlannedStage, seen: Callable[..., None]
) -> None:
    Path("raw.txt").write_text("moved on\n")
    reproduce("prepare")
    call("git", "commit", "-qam", "Move on")
    before, head = Path("dvc.lock").read_text(), call("git", "rev-parse", "HEAD")
    with pytest.raises(UserError, match=f"does not continue {head[:9]}"):
        hand_over.take(stage, ANSWER)
    assert Path("dvc.lock").read_text() == before
    assert not Path("models/sft").exists()
    assert call("git", "status", "--porcelain") == ""
    seen("the answer to an earlier commit was refused; its outputs are in the remote")


def forge(change: str) -> None:
    """Let the worker's answer hold something that is not the stage's."""
    if change == "code":
        Path("gate.sh").write_text("exit 0\n")
    else:
        lock = yaml.safe_load(Path("dvc.lock").read_text())
        stages = lock["stages"]
        entry = {"entry": stages["prepare"]["outs"], "inputs": stages["train"]["deps"]}[change][0]
        entry["md5"] = "0" * 32
        Path("dvc.lock").write_text(yaml.safe_dump(lock))
    call("git", "commit", "-qa", "--amend", "--no-edit")
    call("git", "push", "-qf", "origin", f"HEAD:refs/heads/{ANSWER}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("code", "it changes gate.sh, which train does not write"),
        ("entry", "it changes prepare in dvc.lock"),
        ("inputs", "it was made from another ready.txt"),
    ],
)
def test_an_answer_with_more_than_the_stage_or_from_other_data_is_refused(
    handed: Handed, stage: PlannedStage, change: str, words: str
) -> None:
    handed.patch.chdir(handed.there)
    forge(change)
    handed.patch.chdir(handed.here)
    with pytest.raises(UserError, match=f"nothing of it is taken: {words}"):
        hand_over.take(stage, ANSWER)
    assert not Path("models/sft").exists()


@pytest.mark.fault
def test_older_worker_runs_the_code_of_the_commit_it_is_handed(
    handed: Handed, stage: PlannedStage, seen: Callable[..., None]
) -> None:
    handed.again()
    Path("train.sh").write_text(TRAIN + "echo newer > models/sft/weights.txt\n")
    call("git", "commit", "-qam", "Train otherwise")
    call("git", "push", "-q", "origin", "main")
    run, stage, rev = handed.send()
    assert call("git", "-C", str(handed.there), "rev-parse", "HEAD").strip() != rev
    handed.work(run, stage, rev)
    hand_over.take(stage, ANSWER)
    assert weights() == "newer\n"
    seen("the worker ran the code of the commit it was handed")


def test_what_a_killed_run_left_in_the_workers_clone_goes_and_checkpoints_stay(
    handed: Handed,
) -> None:
    name, rev = the_run().name, call("git", "rev-parse", "HEAD").strip()
    handed.patch.chdir(handed.there)
    Path("train.sh").write_text("broken\n")
    Path("half.txt").write_text("half\n")
    Path(".work").mkdir(exist_ok=True)
    Path(".work/checkpoint").write_text("step 3\n")
    hand_over.check_out(name, rev)
    assert call("git", "status", "--porcelain") == ""
    assert Path(".work/checkpoint").exists()


def test_a_clone_in_which_somebody_edits_is_no_workers(handed: Handed) -> None:
    name, rev = the_run().name, call("git", "rev-parse", "HEAD").strip()
    handed.patch.chdir(handed.there)
    call("git", "switch", "-q", "main")
    Path("train.sh").write_text("mine\n")
    with pytest.raises(UserError, match=r"train\.sh: changed here, on main; a worker needs a"):
        hand_over.check_out(name, rev)
    assert Path("train.sh").read_text() == "mine\n"


def test_an_input_that_the_remote_lost_is_named_before_the_stage(
    handed: Handed, stage: PlannedStage
) -> None:
    outs = yaml.safe_load(Path("dvc.lock").read_text())["stages"]["prepare"]["outs"]
    digest = next(out["md5"] for out in outs if out["path"] == "ready.txt")
    Path("../remote/files/md5", digest[:2], digest[2:]).unlink()
    handed.patch.chdir(handed.there)
    Path("ready.txt").unlink()
    shutil.rmtree(".dvc/cache")
    with pytest.raises(UserError, match=r"cannot pull what train reads \(.*ready\.txt"):
        hand_over.fetch_inputs(stage)


def test_a_runs_hand_overs_are_forgotten_and_others_stay(handed: Handed) -> None:
    run = the_run()
    answer = hand_over.answer_of(run.name, "0123456789")
    call("git", "push", "-q", "origin", f"HEAD:refs/heads/{answer}")
    call("git", "push", "-q", "origin", "HEAD:refs/heads/handover/other-run")
    hand_over.forget(run, make_plan())
    left = call("git", "ls-remote", "--heads", "origin", "handover/*").split()[1::2]
    assert left == ["refs/heads/handover/answer", "refs/heads/handover/other-run"]


def test_a_run_with_hand_overs_is_one_commit_in_the_end(
    handed: Handed, stage: PlannedStage
) -> None:
    hand_over.take(stage, ANSWER)
    run_branch.gather("main")
    assert run_branch.keep(make_plan(), "Retrain", {"Prefect-Run": "1"})
    assert call("git", "rev-parse", "HEAD^") == call("git", "rev-parse", "main")
    assert call("git", "status", "--porcelain") == ""
