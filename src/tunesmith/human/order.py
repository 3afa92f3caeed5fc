"""Which rows come, in which order and on which side: chance that a seed and ids decide."""

from collections.abc import Iterable, Sequence

from tunesmith.errors import UserError
from tunesmith.fields import Conditions, checked_field, meets
from tunesmith.files import sha256_text
from tunesmith.human.comparison import Comparison


def shuffled(ids: Iterable[str], *about: str | int) -> list[str]:
    """Return the ids in an order by hash of `about` and the id.

    A further id finds its place among the others and moves none of them, so that the first n are
    a sample that grows, and a person's order survives a change of the sample.
    """
    return sorted(ids, key=lambda one: _hash(*about, one))


def first_is_left(*about: str | int) -> bool:
    """Return a coin's side that is always the same for the same facts."""
    return int(_hash("side", *about), 16) % 2 == 0


def sample(
    comparisons: Sequence[Comparison], count: int, conditions: Conditions, seed: int
) -> list[Comparison]:
    """Return at most `count` comparisons whose rows meet the conditions, drawn by the seed.

    Raises:
        UserError: no row meets them.
    """
    fitting = {one.id: one for one in comparisons if meets(one.row, conditions)}
    if not fitting:
        said = ", ".join(f"{name}={'|'.join(values)}" for name, values in conditions.items())
        raise UserError(f"--slice {said}: none of the {len(comparisons):,} rows is such")
    return [fitting[one] for one in shuffled(fitting, "sample", seed)[:count]]


def read_conditions(slices: Sequence[str]) -> Conditions:
    """Return `lang=zh` and the like as conditions; a field that is named twice may be either.

    Raises:
        UserError: no `=`, or no field of that name.
    """
    found: dict[str, list[str]] = {}
    for one in slices:
        name, equals, value = one.partition("=")
        try:
            if not equals:
                raise ValueError("no value; write field=value, such as lang=zh")
            found.setdefault(checked_field(name), []).append(value)
        except ValueError as error:
            raise UserError(f"--slice {one}: {error}") from None
    return {**found}


def _hash(*about: str | int) -> str:
    """Return a SHA-256 over several facts."""
    return sha256_text("\0".join(map(str, about)))
