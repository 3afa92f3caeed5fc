"""What a worker of a pool runs for a search: one trial, from the commit that the search is at."""

from collections.abc import Callable

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import experiment, hand_over, workcopy
from flows.at_work import check_wanted, ended_with_parent, telling
from flows.runner import DvcFailed, StageFailed, dvc
from tunesmith.errors import UserError


@flow(name="trial-on-worker", persist_result=False)
def trial_on_worker(name: str, rev: str, trial: str, stage: str, dials: list[str]) -> State[None]:
    """Run a trial in this clone, and push its experiment with its data and what DVC restores by.

    Args:
        name: of the branch at origin that holds the commit, see `hand_over`.
        rev: the commit that the search is at.
        trial: name of its experiment.
        stage: that is measured; all before it is restored or run.
        dials: arguments that set them, see tunesmith.search.overrides.

    Returns:
        a state named Ran, or Failed with the reason in one line.
    """
    with telling(stage) as say, ended_with_parent():
        try:
            with workcopy.claimed():
                _run(name, rev, trial, stage, dials, say)
        except (UserError, StageFailed) as error:
            reason = error.reason if isinstance(error, StageFailed) else str(error)
            return Failed(message=reason)
    return Completed(name="Ran")


def _run(
    name: str, rev: str, trial: str, stage: str, dials: list[str], say: Callable[[str], None]
) -> None:
    """Check out, fetch, run, and push.

    Raises:
        StageFailed: the trial failed.
        UserError: git or DVC refused, or the search has given this one up.
    """
    hand_over.check_out(name, rev)
    say(f"on a worker, from {rev[:9]}")
    try:
        dvc("pull", "--run-cache", "--allow-missing")  # a stage that never ran has made nothing
    except DvcFailed as failure:
        raise UserError(failure.reason) from None
    experiment.run(trial, stage, dials, say)
    check_wanted()
    experiment.give(trial)
