"""The mixture as a cause: a weak value of a field that the train rows hardly have is weighed up."""

from collections.abc import Iterator, Sequence

from tunesmith.balance import Balance
from tunesmith.improve.moves import Move
from tunesmith.rows import Row
from tunesmith.scarce import scarce

TEMPERATURES = (2.0, 5.0)  # what is tried in turn; 1 leaves sizes as they are
DIAL = "augment.balance"


def mixture_moves(weak: Sequence[str], train: Sequence[Row], now: Balance | None) -> Iterator[Move]:
    """Yield an evening out of the fields of which a weak value is rare.

    The round is for that slice, and is judged by it.

    Args:
        weak: names of the weak slices, the costliest first, such as `meta.intent=refund`.
        train: all train rows, with what was made and repeated.
        now: `augment.balance`.
    """
    for name in weak:
        found = scarce(name, train)
        if found is None:
            continue
        column = name.partition("=")[0]
        why = f"train has {found.rows:,} rows of {found.of:,} with {name}, which is weak"
        for temperature in TEMPERATURES:
            if now is None or now.how != "temperature" or now.temperature < temperature:
                dial = {"how": "temperature", "by": [column], "temperature": temperature}
                yield Move(f"even out {column}", {DIAL: dial}, why, False, (name,))
