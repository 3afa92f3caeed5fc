"""Takes a promotion back: pointer and stage name an earlier champion again."""

from flows.promote import assigned
from flows.promotion import refuse_unknown
from flows.registry import PROD


def roll_back(tag: str) -> str:
    """Point to an earlier champion, commit that, give it the stage; return what to do next.

    Raises:
        UserError: a tracked file has changed, a run is under way here, there is no such tag, or
            it names no model.
    """
    refuse_unknown(tag)
    return assigned(tag, PROD, f"Roll back to {tag}")
