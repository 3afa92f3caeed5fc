"""Retrain: bring every stage of dvc.yaml up to date, as one Prefect run.

`dvc repro` does the same work without a record of the run, retries or timeouts; after either of
them the other finds nothing to do.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import NoReturn

from flows import approval, dvc_at_hand, workcopy
from flows.approval import Approval
from flows.console import show_plan
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.repository import some
from flows.run_branch import Run, abandoned_if_refused, begin
from flows.runner import get_ready
from flows.server import Server, prefect_api
from tunesmith.errors import UserError
from tunesmith.stage import collect_rarely

STOPPED, REFUSED, INTERRUPTED = 1, 2, 130


def read_dials() -> None:
    """Read the whole of params.yaml, so that a mistake in the last stage shows before the first.

    Raises:
        UserError: naming file, line and key of every mistake.
    """
    if find_spec("tunesmith.dials") is None:
        return
    from tunesmith.dials import Dials

    Dials.read()


def main(
    arguments: Sequence[str] | None = None, check_params: Callable[[], None] = read_dials
) -> int:
    """Plan, run and report; return the exit code: 0 done, 1 a stage failed, 2 cannot start."""
    options = _parse(arguments)
    collect_rarely()
    signal.signal(signal.SIGTERM, _end_on_sigterm)
    try:
        _note(workcopy.check(require_clean=options.require_clean, pull=options.pull))
        if options.plan:
            check_params()
            show_plan(make_plan(tuple(options.force)))
            return 0
        with workcopy.claimed(), prefect_api() as server:
            if options.approve:
                approval.check()
            run = begin() if options.deliver else None
            with abandoned_if_refused(run):
                check_params()
                plan = make_plan(tuple(options.force))
            show_plan(plan)
            asked = Approval(hours=options.approve_hours) if options.approve else None
            return _run(plan, server, options.pull, run, asked)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; finished stages are kept, run again to continue", file=sys.stderr)
        return INTERRUPTED


def _run(
    plan: list[PlannedStage], server: Server, pull: bool, run: Run | None, asked: Approval | None
) -> int:
    """Hand the plan to Prefect and return the exit code."""
    import httpx

    if any(stage.will_run != "no" for stage in plan):
        get_ready()  # while Prefect is imported and its server starts
    from flows.last_words import heard
    from flows.pipeline import hand_in_records, retrain
    from flows.stage_tasks import results_of

    logging.raiseExceptions = False  # a log line that cannot be sent is not worth a traceback
    server.wait()
    try:
        state = retrain(plan, pull, run, approval=asked, return_state=True)
    except (httpx.HTTPError, RuntimeError) as error:
        why = f"lost the Prefect API at {server.url} ({error or type(error).__name__})"
        ended = heard() if run is not None else None
        if ended is None:
            raise UserError(f"{why}; finished stages are kept, run again to continue") from None
        print(f"note: {why}: its pages miss the end of this run", file=sys.stderr)
        state = ended
    except BaseException:
        hand_in_records()
        raise
    hand_in_records()
    results_of(state)
    if state.is_failed():
        print(state.message, file=sys.stderr)
        return STOPPED
    if run is not None:
        print(state.message)
    return 0


def _note(changed: list[str]) -> None:
    """Say which tracked files are not as in the last commit; that is allowed."""
    if changed:
        print(f"note: not as in the last commit: {some(changed)}")


def _end_on_sigterm(_number: int, _frame: object) -> NoReturn:
    """Unwind, so that the running stage ends and Prefect hears of it."""
    raise SystemExit(128 + signal.SIGTERM)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m flows.retrain", description=__doc__)
    parser.add_argument("--plan", action="store_true", help="only say what would run, and why")
    parser.add_argument("--pull", action="store_true", help="fetch what the remote has already")
    parser.add_argument(
        "--force",
        action="append",
        default=[],
        metavar="STAGE",
        help="run STAGE even if nothing changed; may be repeated",
    )
    parser.add_argument(
        "--require-clean", action="store_true", help="refuse if a tracked file has changed"
    )
    parser.add_argument(
        "--deliver",
        action="store_true",
        help="commit on a branch of its own, promote what the gate ships, push, move this branch",
    )
    parser.add_argument(
        "--approve", action="store_true", help="with --deliver: ask before what ships is promoted"
    )
    parser.add_argument(
        "--approve-hours", type=float, default=24.0, metavar="HOURS", help="wait no longer"
    )
    options = parser.parse_args(arguments)
    if options.approve and not options.deliver:
        parser.error("--approve: only what is delivered is promoted; add --deliver")
    if options.approve_hours <= 0:
        parser.error("--approve-hours: must be above 0")
    return options


def end_now(code: int) -> NoReturn:
    """End this process without the exit hooks of Prefect and asyncio.

    All records have been handed in by now; with its API gone Prefect would go on trying for
    minutes, and its event loop complains about whatever it is closed under.
    """
    dvc_at_hand.let_go()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    end_now(main())
