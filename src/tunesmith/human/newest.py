"""Which line counts of all that one person wrote about a row and two models: the last."""

from collections.abc import Iterable

from tunesmith.human.rating import Rating


def newest(ratings: Iterable[Rating]) -> list[Rating]:
    """Return the last line of each person about each row and two models, in the order of lines.

    Also where it is of other answers than the models give now: then the row is to be rated again,
    even if an earlier line is of just these answers.
    """
    found: dict[tuple[str, str, frozenset[str]], Rating] = {}
    for one in ratings:
        about = (one.annotator, one.row, one.models)
        found.pop(about, None)
        found[about] = one
    return list(found.values())
