"""What a run and a worker hand each other: commits by git, and their data by the DVC remote.

The run pushes a commit whose data is in the remote already. The worker answers with one commit on
top of it that holds the stage's entry of dvc.lock and the files it writes for git; its data went
to the remote before. Neither can be seen half-done, and nothing else is taken.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flows import remote, run_branch, workcopy
from flows.dag import DVC_LOCK, HERE, PlannedStage
from flows.repository import branch, changed_files, git, has_origin, head, some, succeeds
from flows.run_branch import Run
from flows.runner import DvcFailed, dvc
from tunesmith.errors import UserError

PREFIX = "handover/"
CODE = Path("src")


def send(run: Run, stage: PlannedStage, plan: list[PlannedStage]) -> str:
    """Share what the stage reads, and return the commit that it is to be made from.

    Raises:
        UserError: the DVC remote or origin did not take it.
    """
    run_branch.keep(plan, f"Hand {stage.name} over", {})
    run_branch.push_data(run)
    git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{PREFIX}{run.name}")
    return head()


def take(stage: PlannedStage, answer: str) -> None:
    """Take a worker's answer in: its commit onto this branch, and the stage's outputs here.

    Args:
        stage: that was handed over from the commit that is checked out.
        answer: the branch at origin.

    Raises:
        UserError: it does not continue this commit, changes what is not the stage's, or was made
            from other data; nothing of it is taken then.
    """
    git("fetch", "--quiet", "origin", answer)
    _check_answer(stage, answer)
    git("clean", "--quiet", "--force", "--", *stage.outs)
    git("merge", "--quiet", "--ff-only", "FETCH_HEAD")
    try:
        dvc("pull", stage.name)
    except DvcFailed as failure:
        raise UserError(f"the DVC remote lacks what {answer} names ({failure.reason})") from None


def forget(run: Run, plan: list[PlannedStage]) -> None:
    """Take the branches of a run's hand-overs away from origin; what they held is in the run's.

    They stay if origin does not answer: they are in nobody's way.
    """
    if not has_origin() or all(stage.meta.pool == HERE for stage in plan):
        return
    kept = f"refs/heads/{PREFIX}{run.name}"
    with suppress(UserError):
        lines = git("ls-remote", "origin", kept, f"{kept}-*").splitlines()
        if lines:
            git("push", "--quiet", "origin", "--delete", *(line.split("\t")[1] for line in lines))


def answer_of(name: str, child: str) -> str:
    """Return the branch for the answer of one child run; each has its own."""
    return f"{PREFIX}{name}-{child[:8]}"


def check_out(name: str, rev: str) -> None:
    """Bring this clone to the commit that a run was handed over from.

    What a killed run has left in the clone goes; checkpoints and DVC's cache stay.

    Raises:
        UserError: nobody to commit as; this is somebody's own clone with changes in it; or origin
            does not have the commit.
    """
    workcopy.check()
    run_branch.check_identity()
    if branch() is not None and (changed := changed_files()):
        raise UserError(
            f"{some(changed)}: changed here, on {branch()}; a worker needs a clone of its own "
            "(`git clone`, then `git switch --detach` there)"
        )
    git("fetch", "--quiet", "origin", f"+refs/heads/{PREFIX}{name}")
    if not succeeds("merge-base", "--is-ancestor", rev, "FETCH_HEAD"):
        raise UserError(f"{PREFIX}{name} at origin does not hold {rev[:9]}; run again")
    git("checkout", "--quiet", "--force", "--detach", rev)
    git("clean", "--quiet", "--force", "-d")
    if CODE.is_dir():
        _import_from_here()


def fetch_inputs(stage: PlannedStage) -> None:
    """Pull what the stage reads of DVC's, and nothing else.

    They are pulled by name before the stage: `dvc repro --pull --allow-missing` takes a file of an
    earlier run that lies there for the one that dvc.lock names.

    Raises:
        UserError: the remote lacks one.
    """
    needed = [dep for dep in stage.deps if run_branch.ignored(dep)]
    if not needed:
        return
    try:
        dvc("pull", "--force", *needed)
    except DvcFailed as failure:
        raise UserError(f"cannot pull what {stage.name} reads ({failure.reason})") from None


def give_back(stage: PlannedStage, answer: str, trailers: Mapping[str, str]) -> None:
    """Push the stage's outputs to the remote, then one commit with its entry in dvc.lock.

    Raises:
        UserError: the remote or origin did not take them.
    """
    try:
        remote.send(stage.name)
    except UserError as error:
        raise UserError(
            f"the DVC remote did not take the outputs ({error}); they are kept here, and the next "
            "run of this worker restores them"
        ) from None
    run_branch.keep([stage], f"Answer with {stage.name}", dict(trailers))
    git("push", "--quiet", "origin", f"HEAD:refs/heads/{answer}")


def _import_from_here() -> None:
    """Let stages import this clone's code, whichever clone the environment was made in."""
    ours = [str(CODE.absolute()), str(Path.cwd())]
    rest = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    os.environ["PYTHONPATH"] = os.pathsep.join([*ours, *(p for p in rest if p not in ours)])


def _check_answer(stage: PlannedStage, answer: str) -> None:
    """Refuse an answer that is not about this stage, from this commit, and from its data."""
    refused = f"{answer} was refused, nothing of it is taken"
    if git("rev-parse", "FETCH_HEAD") == head():
        return  # the remote had it all
    if git("rev-parse", "FETCH_HEAD^") != head():
        raise UserError(f"{refused}: it does not continue {head()[:9]}, from which it was asked")
    allowed = set(run_branch.written([stage]))
    names = git("diff", "--name-only", "HEAD", "FETCH_HEAD").splitlines()
    if foreign := [name for name in names if name not in allowed]:
        raise UserError(f"{refused}: it changes {some(foreign)}, which {stage.name} does not write")
    before, after = _locked("HEAD"), _locked("FETCH_HEAD")
    others = [key for key in {*before, *after} - {stage.name} if before.get(key) != after.get(key)]
    if others:
        raise UserError(f"{refused}: it changes {some(sorted(others))} in {DVC_LOCK}")
    made = {out["path"]: out for one in before.values() for out in one.get("outs", ())}
    for dep in after.get(stage.name, {}).get("deps", ()):
        if dep["path"] in made and dep.get("md5") != made[dep["path"]].get("md5"):
            raise UserError(f"{refused}: it was made from another {dep['path']}")


def _locked(rev: str) -> dict[str, Any]:
    """Return the entries of dvc.lock in a commit."""
    if not succeeds("cat-file", "-e", f"{rev}:{DVC_LOCK}"):
        return {}
    found = YAML(typ="safe").load(git("show", f"{rev}:{DVC_LOCK}"))
    return dict(found.get("stages", {}))
