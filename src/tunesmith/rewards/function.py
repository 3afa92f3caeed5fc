"""A reward that is a Python function of the project."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from tunesmith.errors import UserError
from tunesmith.rewards.base import Answer, Place, Reward, Scorer

NAMED = r"^\w+\.py:[A-Za-z_]\w*$"


class Function(Reward):
    """What a function of the folder `rewards` returns for each answer.

    It is called with three lists of the same length: prompts (each a list of messages), answers
    (texts) and rows (as the pipeline has them), and returns one number for each.
    """

    kind: Literal["function"] = "function"
    of: str = Field(pattern=NAMED)  # FILE.py:NAME

    def scorer(self, place: Place) -> Scorer:
        """Return what calls the function, with its result looked at."""
        named = f"{place.functions.name}/{self.of}"
        function = _function(place.functions, self.of)

        def score(answers: list[Answer]) -> list[float]:
            return _checked(named, _called(named, function, answers), len(answers))

        return score


def _function(folder: Path, named: str) -> Callable[..., Any]:
    """Return the function that is named by file and name.

    Raises:
        UserError: there is no such file, or no such function in it.
    """
    file, _, name = named.partition(":")
    path = folder / file
    if not path.is_file():
        raise UserError(f"{path}: no such file; write the reward function there")
    spec = importlib.util.spec_from_file_location(f"reward_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        known = [n for n, f in vars(module).items() if callable(f) and not n.startswith("_")]
        raise UserError(f'{path}: no function "{name}"; it has: {", ".join(sorted(known))}')
    found: Callable[..., Any] = function
    return found


def _called(named: str, function: Callable[..., Any], answers: list[Answer]) -> Any:
    """Call the function; what it raises names it."""
    prompts = [answer.prompt for answer in answers]
    rows = [answer.row for answer in answers]
    try:
        return function(prompts, [answer.text for answer in answers], rows)
    except Exception as error:  # the user's own code: any
        raise UserError(f"{named} raised {type(error).__name__}: {error}") from error


def _checked(named: str, found: Any, wanted: int) -> list[float]:
    """Return what a function gave as numbers.

    Raises:
        UserError: it is another number of them, or something else.
    """
    try:
        scores = [float(score) for score in found]
    except (TypeError, ValueError):
        raise UserError(
            f"{named} returned {type(found).__name__} with something that is no number; it has to "
            "return one number for each answer"
        ) from None
    if len(scores) != wanted:
        raise UserError(f"{named} returned {len(scores)} numbers for {wanted} answers")
    return scores
