"""Takes a promotion back: the pointer names an earlier champion again, in a commit of its own."""

from flows import workcopy
from flows.promotion import POINTER, point_to
from flows.repository import changed_files, git


def roll_back(tag: str) -> str:
    """Point to an earlier champion and commit that; return what to do next.

    Raises:
        UserError: a tracked file has changed, a run is under way here, there is no such tag, or
            it is the champion's already.
    """
    workcopy.check(require_clean=True)
    with workcopy.claimed():
        point_to(tag)
        if not changed_files():
            return f"{tag} is the champion already"
        git("commit", "--quiet", "--message", f"Roll back to {tag}", "--message",
            f"Promoted: {tag}", "--", str(POINTER))  # fmt: skip
    return (
        f"champion: {tag}, committed; `git push` shares it, `tunesmith run --deliver` compares "
        "with it from now on"
    )
