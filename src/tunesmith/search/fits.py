"""Holds a space against the dials: every path is one, and every end of a range is a value of it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from tunesmith.search.params import SearchParams
from tunesmith.search.paths import ABSENT, leaves, near, value_at, with_value
from tunesmith.search.space import label

BEFORE = ("seed", "base", "collect", "clean", "split", "augment")  # sections that training follows
MEASURES = ("seed", "base", "collect", "clean", "split")  # that decide which rows are measured
OF_PHASE = ("task", "best_by", "best_by_rows", "max_length")  # that decide how


def check(
    search: SearchParams,
    given: Mapping[str, Any],
    whole: Mapping[str, Any],
    needed: set[str],
    validate: Callable[[dict[str, Any]], Any],
) -> None:
    """Refuse a space that does not fit.

    Args:
        search: with the space.
        given: the dials as params.yaml has them.
        whole: the dials with their defaults.
        needed: the phase that is measured, and those that it needs.
        validate: raises ValidationError where dials are not valid.

    Raises:
        ValueError: the text begins with the path of the key at fault.
    """
    _check_apart(list(search.space))
    known = [path for path in leaves(whole) if _counts(path, needed)]
    for path, dial in search.space.items():
        where = f"search.space.{path}"
        if value_at(whole, path) is ABSENT:
            raise ValueError(f"{where}: no such dial{near(path, known)}")
        if not _counts(path, needed):
            raise ValueError(
                f"{where}: no stage up to {', '.join(sorted(needed))} reads it, so that no trial "
                "would differ"
            )
        for value in dial.ends():
            _check_value(where, path, value, given, validate)


def _check_apart(paths: list[str]) -> None:
    """Refuse a dial that is a part of another one."""
    for path in paths:
        inner = next((one for one in paths if one.startswith(f"{path}.")), None)
        if inner is not None:
            raise ValueError(f"search.space.{inner}: is a part of {path}; leave one of them out")


def _counts(path: str, needed: set[str]) -> bool:
    """Tell whether a dial can change what the trials are compared by."""
    section, _, rest = path.partition(".")
    if section == "phases":
        return rest.partition(".")[0] in needed
    return section in BEFORE


def _check_value(
    where: str,
    path: str,
    value: Any,
    given: Mapping[str, Any],
    validate: Callable[[dict[str, Any]], Any],
) -> None:
    """Ask the dials about one value of a range."""
    try:
        validate(with_value(given, path, value))
    except (KeyError, ValidationError) as error:
        why = "what is above it is not in params.yaml; write it there first"
        if isinstance(error, ValidationError):
            why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ValueError(f"{where}: {label(value)} is no value of it: {why}") from None


def measured_differently(search: SearchParams, phase: str) -> list[str]:
    """Return the dials of the space that decide what a trial is measured on, or how.

    Trials that differ in them are not compared on the same rows.
    """
    own = {f"phases.{phase}.{dial}" for dial in OF_PHASE}
    return [path for path in search.space if path.partition(".")[0] in MEASURES or path in own]
