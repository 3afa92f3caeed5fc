"""Gives a stage to a version; the stage `prod` makes it the champion. Or takes that back."""

from flows import workcopy
from flows.promotion import POINTER, point_to, untag
from flows.registry import PROD, assign, version
from flows.repository import branch, changed_files, git, has_origin
from tunesmith.errors import UserError


def promote_version(name: str, stage: str, push: bool) -> str:
    """Tag a version with a stage, and commit the pointer if that is `prod`; return what was done.

    Raises:
        UserError: there is no such version, a tracked file has changed, a run is under way here,
            the stage has no name, or origin did not take it; then nothing has changed.
    """
    tag = version(name).tag
    verb = "Promote" if stage == PROD else "Assign"
    return assigned(tag, stage, f"{verb} {tag}", push)


def assigned(tag: str, stage: str, subject: str, push: bool = False) -> str:
    """Give a version a stage, and let the pointer follow that of `prod`.

    Args:
        tag: of the version.
        stage: its new one.
        subject: of the commit.
        push: share commit and tag, both or none.
    """
    workcopy.check(require_clean=True)
    with workcopy.claimed():
        before = git("rev-parse", "HEAD")
        made = assign(tag, stage)
        moved = stage == PROD and _point(tag, subject)
        if made is None and not moved:
            return (
                f"{tag} is the champion already" if stage == PROD else f"{tag} is {stage} already"
            )
        if push:
            _share(made, before)
    if stage == PROD and not moved:
        return f"{tag} is the champion already; tagged {made}"
    refs = " ".join(filter(None, ["HEAD" * moved, f"'{made}'" if made else None]))
    shared = "pushed" if push else f"`git push origin {refs}` shares it"
    what = "champion" if stage == PROD else stage
    told = "committed" if moved else f"tagged {made}"
    after = ", `tunesmith run --deliver` compares with it from now on" if moved else ""
    return f"{what}: {tag}, {told}; {shared}{after}"


def _point(tag: str, subject: str) -> bool:
    """Commit the pointer to a version; False if it names that already."""
    point_to(tag)
    if not changed_files():
        return False
    git("commit", "--quiet", "--message", subject, "--message", f"Promoted: {tag}", "--",
        str(POINTER))  # fmt: skip
    return True


def _share(made: str | None, before: str) -> None:
    """Push commit and tag, all or nothing; what origin refuses is taken back here.

    Raises:
        UserError: origin did not take them.
    """
    here = branch()
    refs = [f"HEAD:refs/heads/{here}"] if here else []
    refs += [f"refs/tags/{made}"] if made else []
    try:
        if not has_origin():
            raise UserError("git has no `origin`")
        git("push", "--quiet", "--atomic", "origin", *refs)
    except UserError as error:
        untag(*([made] if made else []))
        git("reset", "--quiet", "--hard", before)
        raise UserError(f"not shared, so nothing was changed: {error}") from None
