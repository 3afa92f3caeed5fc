"""Delivers what a run came to: committed, promoted if the gate ships it, pushed, main moved."""

from collections.abc import Callable
from dataclasses import dataclass

from prefect.runtime import flow_run

from flows import run_branch
from flows.approval import Answer
from flows.console import show_results
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.promotion import (
    POINTER,
    Verdict,
    candidate,
    mark,
    point_to,
    promoted_before,
    refused_before,
    tag_model,
    untag,
)
from flows.registry import PROD, assign
from flows.repository import head
from flows.result import StageResult, failed_stage, summary
from flows.run_branch import Run
from flows.stage_tasks import take_all
from tunesmith.errors import UserError

KEPT_HERE = "kept here: no DVC remote, and commits without their data are of no use to others"


@dataclass(frozen=True)
class Cause:
    """What a run was made for, where that is more than to bring stages up to date.

    Attributes:
        subject: of its commit.
        trailers: of its commit.
        beside: files that the commit holds beside what the stages have written.
        tag: of its commit.
    """

    subject: str
    trailers: dict[str, str]
    beside: tuple[str, ...]
    tag: str


@dataclass(frozen=True)
class Delivered:
    """What became of a run: in words, its commit, the tag of its model, what who was asked said."""

    words: str
    commit: str | None = None
    tag: str | None = None
    answer: Answer | None = None


def deliver(
    run: Run,
    plan: list[PlannedStage],
    results: list[StageResult],
    verdict: Verdict | None,
    pull: bool,
    ask: Callable[[str], Answer] | None = None,
    cause: Cause | None = None,
) -> Delivered:
    """Commit, promote and share a run; main follows it if every stage came to its end.

    Args:
        run: whose branch is checked out.
        plan: the stages, with what they write.
        results: one for each stage.
        verdict: the gate's.
        pull: let DVC fetch what the remote has already.
        ask: is given the commit of what ships, and returns whether it is promoted.
        cause: what the run was made for.

    Raises:
        UserError: it could not be shared or promoted; the run's branch is kept here.
    """
    failed = failed_stage(results)
    how = f"stopped at {failed.stage}" if failed else verdict.word if verdict else summary(results)
    subject = f"{cause.subject if cause else f'Retrain {run.name}'}: {how}"
    news = _keep(run, plan, subject, failed, verdict, cause)
    ships = verdict is not None and verdict.ships
    why_not = obstacle(candidate(), is_asked=ask is not None) if ships else None
    if not news and (not ships or why_not) and not run_branch.is_ahead(run):
        run_branch.abandon(run)
        return Delivered("nothing to deliver: no output has changed")
    commit, tag, answer = head(), None, None
    tags = [mark(cause.tag, subject)] if cause and not failed else []
    try:
        has_data = run_branch.push_data(run)
        if verdict is not None and ships and why_not is None:
            answer = _answer(run, commit, ask, has_data)
            if answer in (None, "approved"):
                tag = tag_model(candidate(), verdict.reasons)
                tags.append(tag)
                tags += filter(None, [assign(tag, PROD)])
                _promote(tag, run, pull, answer)
                run_branch.push_data(run)  # what the tagged commit holds went before
            else:
                run_branch.note(f"Keep the champion: {answer}", _trailers(answer))
        shared = run_branch.share(run, done=failed is None, tags=tags) if has_data else KEPT_HERE
    except UserError:
        untag(*tags)
        run_branch.end(run, done=False)
        raise
    run_branch.end(run, done=failed is None)
    words = [f"{run.branch}: {how}", shared]
    words += [f"promoted as {tag}"] if tag else []
    words += [f"not promoted: {why_not}"] if why_not else []
    words += [f"not promoted: approval {answer}"] if answer and tag is None else []
    return Delivered(", ".join(words), commit, tag, answer)


def _keep(
    run: Run,
    plan: list[PlannedStage],
    subject: str,
    failed: StageResult | None,
    verdict: Verdict | None,
    cause: Cause | None,
) -> bool:
    """Commit what a run has written, hand-overs with it; False if that is nothing new."""
    trailers = {"Prefect-Run": str(flow_run.id)} | (cause.trailers if cause else {})
    trailers |= {"Stopped-At": failed.stage} if failed else {}
    trailers |= {"Verdict": verdict.word} if verdict else {}
    run_branch.gather(run.main)
    return run_branch.keep(plan, subject, trailers, beside=cause.beside if cause else ())


def obstacle(model: str, *, is_asked: bool) -> str | None:
    """Return why a model that ships is not promoted: somebody has said no to it before."""
    if before := promoted_before(model):
        return f"it is {before}, which was rolled back"
    refused = None if is_asked else refused_before(model)
    return f"it was refused in {refused}; --approve asks again" if refused else None


def _answer(
    run: Run, commit: str, ask: Callable[[str], Answer] | None, has_data: bool
) -> Answer | None:
    """Return what a person says, who finds the run's branch and data where others share them."""
    if ask is None:
        return None
    if has_data:
        run_branch.share(run, done=False)
    return ask(commit)


def _trailers(answer: Answer | None) -> dict[str, str]:
    """Return what a commit says of the run that made it, and of the answer if one was asked for."""
    return {"Prefect-Run": str(flow_run.id)} | ({"Approval": answer} if answer else {})


def _promote(tag: str, run: Run, pull: bool, answer: Answer | None) -> None:
    """Point to the tag, and bring what is compared with the champion up to date.

    Raises:
        UserError: a stage failed.
    """
    point_to(tag)
    plan = make_plan()
    results = take_all(plan, pull, run)
    show_results(results)
    failed = failed_stage(results)
    how = f": stopped at {failed.stage}" if failed else ""
    run_branch.gather(tag)
    trailers = _trailers(answer) | {"Promoted": tag}
    run_branch.keep(plan, f"Promote {tag}{how}", trailers, beside=(str(POINTER),))
    if failed:
        raise UserError(f"{tag} was not promoted: {failed.stage} failed: {failed.reason}")
