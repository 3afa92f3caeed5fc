"""Trials with the workers of a pool: what they need is shared once, each trial is a run there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from flows import experiment, hand_over, remote
from flows.child import Child, begin
from flows.patience import patiently
from flows.pools import idle
from flows.repository import changed_files, git, has_origin, head, some
from flows.runner import StageFailed
from tunesmith.errors import UserError

FLOW = "trial-on-worker"


@dataclass(frozen=True)
class Pool:
    """Where trials run, in the way of `experiment.run`.

    Attributes:
        pool: whose workers make them.
        branch: of origin, see `hand_over`.
        rev: the commit that each trial continues.
    """

    pool: str
    branch: str
    rev: str

    def __call__(
        self, name: str, stage: str, dials: list[str], on_line: Callable[[str], None]
    ) -> None:
        """Let a worker run an experiment, and fetch what it has measured; its model stays there.

        Raises:
            StageFailed: it failed there, nobody works for the pool, its worker went silent, or
                Prefect was away too long.
            BaseException: of `on_line`; the run is cancelled then.
        """
        experiment.forget(name)
        parameters = {
            "name": self.branch, "rev": self.rev, "trial": name, "stage": stage, "dials": dials,
        }  # fmt: skip
        try:
            asked = f"{FLOW}/{self.pool}-trial"
            made = begin(self.pool, asked, stage, parameters, f"{name} in {self.pool}")
            state = Child(made, self.pool, stage, on_line).ended()
            if not state.is_completed():
                raise StageFailed(stage, state.message or f"{state.name} in pool {self.pool}")
            experiment.fetch(name)
        except UserError as error:
            raise StageFailed(stage, str(error)) from None
        except httpx.HTTPError as error:
            raise StageFailed(stage, f"Prefect does not answer ({error})") from None


@contextmanager
def shared(pool: str, study: str) -> Iterator[Pool]:
    """Share what trials continue, and give where they run; the branch is gone afterwards.

    Args:
        pool: of this Prefect server.
        study: its full name.

    Raises:
        UserError: a tracked file has changed, there is no origin or no DVC remote, they did not
            take it, or nobody works for the pool.
    """
    _refuse_unready(pool)
    remote.send()
    branch = f"{hand_over.PREFIX}{study}"
    git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    try:
        yield Pool(pool, study, head())
    finally:
        with suppress(UserError):  # it is in nobody's way
            git("push", "--quiet", "origin", "--delete", branch)


def _refuse_unready(pool: str) -> None:
    """Refuse what would let every trial fail."""
    if changed := changed_files():
        raise UserError(
            f"{some(changed)}: changed since the last commit; a worker continues a commit: commit "
            "first, or run trials here (search.pool: null)"
        )
    if not has_origin() or remote.default() is None:
        raise UserError(
            f"search.pool: workers of {pool} are reached by git's `origin` and a default DVC "
            "remote; set both, or run trials here (search.pool: null)"
        )
    with get_client(sync_client=True) as client:
        try:
            found = patiently(lambda: client.read_work_pool(pool))
        except ObjectNotFound:
            raise UserError(
                f"search.pool: this Prefect server has no pool {pool}; `prefect work-pool create "
                f"--type process {pool}`, or run trials here (search.pool: null)"
            ) from None
        if refusal := patiently(lambda: idle(client, found)):
            raise UserError(refusal)
