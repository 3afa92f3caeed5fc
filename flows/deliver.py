"""Delivers what a run came to: committed, promoted if the gate ships it, pushed, main moved."""

from prefect.runtime import flow_run

from flows import run_branch
from flows.console import show_results
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.promotion import (
    POINTER,
    Verdict,
    candidate,
    point_to,
    promoted_before,
    tag_model,
    untag,
)
from flows.result import StageResult, failed_stage, summary
from flows.run_branch import Run
from flows.stage_tasks import take_all
from tunesmith.errors import UserError

KEPT_HERE = "kept here: no DVC remote, and commits without their data are of no use to others"


def deliver(
    run: Run,
    plan: list[PlannedStage],
    results: list[StageResult],
    verdict: Verdict | None,
    pull: bool,
) -> str:
    """Commit, promote and share a run; main follows it if every stage came to its end.

    Returns:
        in words, what became of it.

    Raises:
        UserError: it could not be shared or promoted; the run's branch is kept here.
    """
    failed = failed_stage(results)
    how = f"stopped at {failed.stage}" if failed else verdict.word if verdict else summary(results)
    trailers = {"Prefect-Run": str(flow_run.id)}
    trailers |= {"Stopped-At": failed.stage} if failed else {}
    trailers |= {"Verdict": verdict.word} if verdict else {}
    news = run_branch.keep(plan, f"Retrain {run.name}: {how}", trailers)
    ships = verdict is not None and verdict.ships
    before = promoted_before(candidate()) if ships else None
    if not news and (not ships or before) and not run_branch.is_ahead(run):
        run_branch.abandon(run)
        return "nothing to deliver: no output has changed"
    tag = None
    try:
        has_data = run_branch.push_data(run)
        if verdict is not None and ships and before is None:
            tag = tag_model(candidate(), verdict.reasons)
            _promote(tag, pull)
            run_branch.push_data(run)  # what the tagged commit holds went before
        shared = run_branch.share(run, done=failed is None, tag=tag) if has_data else KEPT_HERE
    except UserError:
        untag(tag)
        run_branch.end(run, done=False)
        raise
    run_branch.end(run, done=failed is None)
    words = [f"{run.branch}: {how}", shared]
    words += [f"promoted as {tag}"] if tag else []
    words += [f"not promoted: it is {before}, which was rolled back"] if before else []
    return ", ".join(words)


def _promote(tag: str, pull: bool) -> None:
    """Point to the tag, and bring what is compared with the champion up to date.

    Raises:
        UserError: a stage failed.
    """
    point_to(tag)
    plan = make_plan()
    results = take_all(plan, pull)
    show_results(results)
    failed = failed_stage(results)
    how = f": stopped at {failed.stage}" if failed else ""
    trailers = {"Prefect-Run": str(flow_run.id), "Promoted": tag}
    run_branch.keep(plan, f"Promote {tag}{how}", trailers, beside=(str(POINTER),))
    if failed:
        raise UserError(f"{tag} was not promoted: {failed.stage} failed: {failed.reason}")
