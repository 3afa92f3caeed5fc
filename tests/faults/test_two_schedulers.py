"""Two schedulers, each with its clone, deliver to one origin at the same time."""

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from flows import remote, run_branch
from flows.dag import plan
from flows.promotion import tag_model, untag
from flows.run_branch import Run
from flows.runner import Outcome, reproduce
from tests.flows.conftest import call
from tunesmith.errors import UserError

pytestmark = pytest.mark.fault


def train(clone: Path) -> tuple[Run, str]:
    """Run in a clone as far as the push: trained, committed, data sent, tagged."""
    with chdir(clone):
        run = run_branch.begin()
        reproduce("train")
        run_branch.keep(plan(), f"Retrain {clone.name}", {"Verdict": "SHIP"})
        remote.send()
        return run, tag_model("models/sft", ["better"])


def test_two_schedulers_one_delivers_the_other_takes_that_in_and_nothing_is_lost(
    delivery: Path, seen: Callable[..., None]
) -> None:
    second = delivery.parent / "second"
    call("git", "clone", "-q", "../origin.git", str(second))
    run, tag = train(delivery)
    late, same_tag = train(second)
    assert tag == same_tag
    run_branch.share(run, done=True, tags=(tag,))
    with chdir(second):
        error = rf"^origin did not take {late.branch} \(! \[rejected\].*main stays; run again"
        with pytest.raises(UserError, match=error):
            run_branch.share(late, done=True, tags=(same_tag,))
        untag(same_tag)
        run_branch.end(late, done=False)
        again = run_branch.begin()
        assert call("git", "log", "-1", "--format=%s").strip() == f"Retrain {delivery.name}"
        assert reproduce("train") is Outcome.UNCHANGED
        assert Path("models/sft/weights.txt").read_text() == "first\n"
        run_branch.abandon(again)
        assert late.branch in call("git", "branch"), "what the late one did is kept"
    origin = ("git", "--git-dir", str(delivery.parent / "origin.git"))
    assert call(*origin, "tag").split() == [tag]
    log = call(*origin, "log", "--format=%s", "main").splitlines()
    assert log == [f"Retrain {delivery.name}", "Begin"]
    assert late.branch not in call(*origin, "branch")
    seen("one delivers, the other is refused whole and goes on from there; main is a line")
