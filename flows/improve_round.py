"""One round of the improve loop: change data or dials, train again, keep it or roll it back."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from flows import loop_files, run_branch
from flows.approval import Answer
from flows.console import show_results
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.deliver import KEPT_HERE, Cause, deliver
from flows.feedback_round import files_of, forget_unfinished, place
from flows.hand_over import forget
from flows.promotion import mark, read_verdict, untag
from flows.repository import git
from flows.result import failed_stage
from flows.run_branch import Run
from flows.runner import DvcFailed, dvc
from flows.stage_tasks import take_all
from tunesmith.errors import UserError
from tunesmith.files import write_json
from tunesmith.improve.ledger import Round
from tunesmith.params import PARAMS_FILE
from tunesmith.recipes import apply

Said = dict[str, Any]


class Made(NamedTuple):
    """A round that came to its end: its line of the ledger, and what became of it in words."""

    line: Round
    words: str


def make_round(
    run: Run,
    said: Said,
    trailers: dict[str, str],
    ask: Callable[[str], Answer] | None,
    on_line: Callable[[str], None],
) -> Made:
    """Make the round that was decided on and deliver it, whichever way it went.

    What it changed is one commit, tagged `round-N`. A round that helped moves main there; one that
    did not is followed by a commit that brings back what was before, and main holds both.

    Args:
        run: whose branch is checked out.
        said: the decision.
        trailers: of its commits.
        ask: whether what the gate ships is promoted.
        on_line: is given each line that is printed.

    Raises:
        UserError: a stage failed, or the round could not be shared; main is as it was.
    """
    from tunesmith.report.rounds_page import rounds_page

    loop_files.keep_scores()
    changed = _change(said)
    plan = make_plan()
    results = take_all(plan, False, run)
    show_results(results)
    if failed := failed_stage(results):
        told = deliver(run, plan, results, None, False, cause=_cause(said, "", changed, trailers))
        raise UserError(f"round {said['number']}: {failed.stage}: {failed.reason} ({told.words})")
    line = loop_files.judge(on_line)
    loop = _dials()

    def page(rounds: list[Round]) -> str:
        return rounds_page(loop.title, rounds, loop.alpha, loop.looks)

    if not line.kept:
        words = _roll_back(run, plan, line, changed, trailers, page)
        forget(run, plan)
        return Made(line, words)
    loop_files.record(line, page)
    cause = _cause(said, "kept", (*changed, *loop_files.KEPT), trailers)
    told = deliver(run, plan, results, read_verdict(), False, ask, cause)
    forget(run, plan)
    return Made(line, told.words)


class _Loop(NamedTuple):
    """What the page says beside the rounds."""

    title: str
    alpha: float
    looks: int


def _dials() -> _Loop:
    """Return what the page needs of params.yaml."""
    from tunesmith.improve import ImproveParams
    from tunesmith.report import ReportParams

    params = ImproveParams.read("improve")
    return _Loop(ReportParams.read("report").title, params.alpha, params.looks)


def _change(said: Said) -> tuple[str, ...]:
    """Make the change that was decided on; return the files of git that hold it."""
    if said["action"] == "technique":
        apply(
            None, [f"{name}={_yaml(value)}" for name, value in said["dials"].items()], PARAMS_FILE
        )
        return (str(PARAMS_FILE),)
    path = place(loop_files.ROWS, int(said["number"]))
    write_json(loop_files.DECISION, {**said, "file": path.name})
    return tuple(files_of(path))


def _yaml(value: Any) -> str:
    """Return a value as YAML in one line: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _cause(said: Said, how: str, beside: tuple[str, ...], trailers: dict[str, str]) -> Cause:
    """Return what the round's commit says and holds."""
    number = f"Round {said['number']}"
    subject = f"{number} ({said['action']}){f', {how}' if how else ''}"
    return Cause(
        subject, {**trailers, "Round": str(said["number"])}, beside, f"round-{said['number']}"
    )


def _roll_back(
    run: Run,
    plan: list[PlannedStage],
    line: Round,
    changed: tuple[str, ...],
    trailers: dict[str, str],
    page: Callable[[list[Round]], str],
) -> str:
    """Commit the round for who wants to rebuild it, then what was before, and share both.

    Raises:
        UserError: it could not be shared; main is as it was.
    """
    trailers = {**trailers, "Round": str(line.number)}
    run_branch.gather(run.main)
    subject = f"Round {line.number} ({line.action}), to be rolled back"
    run_branch.keep(plan, subject, trailers, beside=changed)
    tag = mark(line.tag, subject)
    try:
        has_data = run_branch.push_data(run)
        _restore(run)
        loop_files.record(line, page)
        run_branch.keep((), f"Roll back round {line.number}", trailers, loop_files.KEPT)
        shared = KEPT_HERE
        if has_data:
            shared = run_branch.share(run, done=True, tags=[tag])
    except UserError:
        untag(tag)
        run_branch.end(run, done=False)
        raise
    run_branch.end(run, done=True)
    return f"{run.branch}: round {line.number} rolled back, {shared}"


def _restore(run: Run) -> None:
    """Bring back the files of main and the outputs that belong to them.

    Raises:
        UserError: DVC has one of them no more.
    """
    git("read-tree", "--reset", "-u", run.main)
    forget_unfinished()
    try:
        dvc("checkout")
    except DvcFailed as failure:
        raise UserError(
            f"`dvc checkout` of what was before the round: {failure.reason}; `dvc pull` brings it"
        ) from None
