"""Delivers a run: on a branch of its own, data before refs, main moved only when all went well.

A commit that anyone can see has its data in the DVC remote already; a run that did not come to
its end leaves main as it was, and its branch says how far it came.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows import data_files, remote
from flows.dag import DVC_LOCK, PlannedStage
from flows.promotion import untag_beyond
from flows.remote_fault import plain, url_of
from flows.repository import branch, changed_files, git, has_origin, some, succeeds
from tunesmith.errors import UserError

PREFIX = "runs/"
_MAIN = "tunesmith-main"  # of a run's branch, in git's configuration: the branch it began from


@dataclass(frozen=True)
class Run:
    """A run under way: its name, and the branch that moves when it is done."""

    name: str
    main: str

    @property
    def branch(self) -> str:
        """The branch that is the run's own."""
        return PREFIX + self.name


def begin() -> Run:
    """Take in what others have added to this branch, and make a branch for a new run.

    What a run that was killed has left here is kept on its branch first: its finished stages
    are in DVC's cache, so this run restores them.

    Raises:
        UserError: no commit, branch or identity; this is the branch of another clone's run; a
            tracked file differs from the last commit;
            this branch and the shared one have gone apart; or data is not as its `.dvc` file says.
    """
    from prefect.utilities.names import generate_slug

    check_identity()
    _leave_interrupted()
    main = branch()
    if main is None:
        raise UserError("HEAD is detached, so no branch can take the run in; `git switch main`")
    if changed := changed_files():
        raise UserError(
            f"{some(changed)}: changed since the last commit; a delivered run is one that others "
            "can rebuild: commit or stash first, or run without --deliver"
        )
    _take_in(main)
    data_files.bring()
    name = next(slug for slug in iter(lambda: generate_slug(2), "") if not _is_branch(slug))
    run = Run(name, main)
    git("switch", "--quiet", "--create", run.branch)
    git("config", f"branch.{run.branch}.{_MAIN}", main)
    return run


def keep(
    plan: Iterable[PlannedStage],
    subject: str,
    trailers: dict[str, str],
    beside: tuple[str, ...] = (),
) -> bool:
    """Commit what a run has written of tracked files; False if that is nothing new."""
    candidates = {*written(plan), *beside}
    paths = sorted(path for path in candidates if Path(path).exists() and not ignored(path))
    git("add", "--", *paths)
    if not git("diff", "--cached", "--name-only"):
        return False
    lines = "\n".join(f"{key}: {value}" for key, value in trailers.items())
    git("commit", "--quiet", "--message", subject, "--message", lines)
    return True


def note(subject: str, trailers: dict[str, str]) -> None:
    """Commit what was decided of a run, which changes no file."""
    lines = "\n".join(f"{key}: {value}" for key, value in trailers.items())
    git("commit", "--quiet", "--allow-empty", "--message", subject, "--message", lines)


def share(run: Run, *, done: bool, tags: tuple[str, ...] = ()) -> str:
    """Push the run's branch, and with it main and the tags; all refs or none.

    Their data is to be in the remote already.

    Args:
        run: whose branch is checked out.
        done: the run came to its end, so main follows its branch.
        tags: of a model that was promoted.

    Returns:
        in words, what was shared.

    Raises:
        UserError: origin did not take them; nothing of this run is visible there.
    """
    if not has_origin():
        return "data pushed; commits kept here: git has no `origin`"
    refs = [f"HEAD:refs/heads/{run.branch}"]
    refs += [f"HEAD:refs/heads/{run.main}"] * done + [f"refs/tags/{tag}" for tag in tags]
    try:
        git("push", "--quiet", "--atomic", "origin", *refs)
    except UserError as error:
        raise UserError(
            f"origin did not take {run.branch} ({_last_line(error)}); nothing was pushed and "
            f"{run.main} stays; run again: finished stages are restored"
        ) from None
    return "data and commits pushed"


def is_ahead(run: Run) -> bool:
    """Tell whether main holds commits that others could have but do not, such as a mended run's."""
    if not has_origin() or remote.default() is None:
        return False
    shared = f"refs/remotes/origin/{run.main}"
    return not succeeds("merge-base", "--is-ancestor", run.main, shared)


def push_data(run: Run) -> bool:
    """Send the outputs of this commit and DVC's run cache to the remote; False if none is set.

    Raises:
        UserError: the remote did not take them.
    """
    try:
        return remote.send()
    except UserError as error:
        why = f"{url_of(remote.default())}: {plain(str(error))}"
        raise UserError(
            f"the DVC remote did not take the data ({why}), so no ref was pushed; "
            f"{run.branch} is kept here; run again when it answers"
        ) from None


def gather(since: str) -> None:
    """Let what was committed since then for hand-overs be part of the next commit.

    A run is one commit on main, however many workers it had.
    """
    git("reset", "--quiet", "--soft", since)


def end(run: Run, *, done: bool) -> None:
    """Go back to main, and let it follow the branch if the run came to its end."""
    git("switch", "--quiet", run.main)
    if done:
        git("merge", "--quiet", "--ff-only", run.branch)


def abandon(run: Run) -> None:
    """Go back to main and forget a run that has brought nothing."""
    git("switch", "--quiet", run.main)
    git("branch", "--quiet", "-D", run.branch)


@contextmanager
def abandoned_if_refused(run: Run | None) -> Iterator[None]:
    """Forget a run whose dials or graph are refused before any stage."""
    try:
        yield
    except UserError:
        if run is not None:
            abandon(run)
        raise


def written(plan: Iterable[PlannedStage]) -> Iterator[str]:
    """Yield the paths that DVC and the stages of a plan may have written."""
    yield str(DVC_LOCK)
    for stage in plan:
        if stage.is_data:
            yield stage.name
        for out in stage.outs:
            yield out
            yield str(Path(out).parent / ".gitignore")


def ignored(path: str) -> bool:
    """Tell whether git leaves a path alone: outputs that DVC keeps."""
    return succeeds("check-ignore", "--quiet", "--", path)


def check_identity() -> None:
    """Refuse to work for hours and then fail to commit."""
    if not succeeds("var", "GIT_COMMITTER_IDENT"):
        raise UserError(
            'git does not know who commits; `git config user.name "…"` and user.email first'
        )


def _leave_interrupted() -> None:
    """Leave the branch of a run that was killed; what it had finished is committed there."""
    left = branch() or ""
    if not left.startswith(PREFIX):
        return
    begun_from = f"branch.{left}.{_MAIN}"
    if not succeeds("config", "--get", begun_from):
        raise UserError(
            f"{left} is the branch of a run of another clone: commit what you have mended, then "
            f"`git switch main; git merge {left}`, and deliver from there"
        )
    main = git("config", "--get", begun_from)
    if DVC_LOCK.exists():
        git("add", str(DVC_LOCK))
    if changed_files():
        subject = f"Keep what {left} had finished when it ended"
        git("commit", "--quiet", "--all", "--message", subject)
    untag_beyond(main)
    git("switch", "--quiet", main)


def _take_in(main: str) -> None:
    """Fast-forward to what others have pushed."""
    if not has_origin():
        return
    try:
        git("fetch", "--quiet", "--tags", "origin")
    except UserError as error:
        raise UserError(f"origin cannot be reached ({_last_line(error)})") from None
    shared = f"refs/remotes/origin/{main}"
    if succeeds("rev-parse", "--verify", "--quiet", shared) and not succeeds(
        "merge", "--quiet", "--ff-only", shared
    ):
        raise UserError(
            f"{main} here and on origin have gone apart; a scheduled run uses a clone of its own, "
            f"in which nobody commits: `git switch {main}; git reset --hard origin/{main}` there"
        )


def _is_branch(slug: str) -> bool:
    """Tell whether a run of that name has been, here or at origin."""
    places = ("refs/heads/", "refs/remotes/origin/")
    return any(succeeds("show-ref", "--quiet", f"{place}{PREFIX}{slug}") for place in places)


def _last_line(error: UserError) -> str:
    """Return what git said: which ref was rejected, or else the last line that is no hint."""
    lines = [line.strip() for line in str(error).splitlines() if not line.startswith("hint:")]
    refused = [line for line in lines if line.startswith("! [") and "atomic push" not in line]
    return " ".join([*refused, *lines[-1:]][0].split()) if lines else "failed"
