"""Gives each row its side by a hash of its group, so that new rows never move old ones."""

import json
from collections.abc import Sequence

from tunesmith.errors import UserError
from tunesmith.fields import field_of, meets
from tunesmith.files import sha256_text
from tunesmith.rows import PROMPT, Row
from tunesmith.sets import OOD
from tunesmith.splitting import SET_NAME, SplitParams

SIDES = ("train", "validation", "test")


def assign(rows: Sequence[Row], frozen: set[str], params: SplitParams, seed: int) -> list[str]:
    """Return the side of each row: train, validation, test or `ood:NAME`.

    Frozen ids are test, whatever else is said; then the first rule of `ood` that takes the row;
    then the source's own `split`; a prompt without an answer, which nothing can be measured on, is
    train; all others fall by their position. Once ids are frozen the test
    split is closed: rows that would have joined it are train, so that rounds are measured on the
    same rows.

    Raises:
        UserError: a source set a split that is none.
    """
    for row in rows:
        if row["split"] not in (None, *SIDES) and not is_ood(str(row["split"])):
            known = ", ".join([*SIDES, f"{OOD}NAME"])
            raise UserError(f"{row['source']}: split {row['split']!r} is none of {known}")
    held = [_held_out(row, params) for row in rows]
    said = [row["split"] or ("train" if row["task"] == PROMPT else None) for row in rows]
    undecided = [
        {**row, "split": own or ood} for row, own, ood in zip(rows, said, held, strict=True)
    ]
    places = positions(undecided, params.stratify, seed)
    drawn = [_side(place, params, closed=bool(frozen)) for place in places]
    return [
        "test" if row["id"] in frozen else ood or own or side
        for row, ood, own, side in zip(rows, held, said, drawn, strict=True)
    ]


def is_ood(side: str) -> bool:
    """True for the name of an out-of-distribution set."""
    return side.startswith(OOD) and SET_NAME.fullmatch(side.removeprefix(OOD)) is not None


def _held_out(row: Row, params: SplitParams) -> str | None:
    """Return the out-of-distribution set that a rule puts the row into, if any."""
    return next((OOD + name for name, rule in params.ood.items() if meets(row, rule)), None)


def _side(place: float, params: SplitParams, closed: bool) -> str:
    """Return the side of a position from 0 to 1: test first, then validation, then train."""
    if place < params.test_ratio:
        return "train" if closed else "test"
    return "validation" if place < params.test_ratio + params.validation_ratio else "train"


def positions(rows: Sequence[Row], stratify: Sequence[str], seed: int) -> list[float]:
    """Return each row's position from 0 to 1; rows of one group share theirs.

    Without `stratify` it is a hash of the seed and the group (or the id of a row alone): it
    depends on nothing else. With it, the groups of each stratum are spread evenly in the order of
    that hash, so the ratios hold in each, at the price that growth moves rows at the border.
    """
    units = [unit_of(row) for row in rows]
    hashed = {unit: _hash(seed, unit) for unit in dict.fromkeys(units)}
    if stratify:
        hashed = _spread(rows, units, hashed, stratify, seed)
    return [hashed[unit] for unit in units]


def unit_of(row: Row) -> str:
    """Return what stays together: the group, or the row itself."""
    return f"group:{row['group']}" if row["group"] is not None else f"row:{row['id']}"


def _hash(seed: int, unit: str) -> float:
    """Return an even number from 0 to below 1."""
    return int(sha256_text(f"{seed}:{unit}")[:13], 16) / 16**13


def _spread(
    rows: Sequence[Row],
    units: list[str],
    hashed: dict[str, float],
    stratify: Sequence[str],
    seed: int,
) -> dict[str, float]:
    """Return, in each stratum, the share of its undecided rows that lies before each group.

    A group belongs to the stratum of its row with the smallest id. A part of the group itself
    counts as before it, the same random part all over a stratum: so a stratum of three rows has
    its fair chance of a test row, and many small ones together give their ratio. Rows whose split
    is set do not count.
    """
    strata: dict[str, dict[str, int]] = {}
    home: dict[str, str] = {}
    for row, unit in sorted(zip(rows, units, strict=True), key=lambda pair: str(pair[0]["id"])):
        stratum = home.setdefault(unit, json.dumps([field_of(row, name) for name in stratify]))
        sizes = strata.setdefault(stratum, {})
        sizes[unit] = sizes.get(unit, 0) + (row["split"] is None)
    spread: dict[str, float] = {}
    for stratum, sizes in strata.items():
        before, total, part = 0, sum(sizes.values()), _hash(seed, f"stratum:{stratum}")
        for unit in sorted(sizes, key=lambda name: (hashed[name], name)):
            spread[unit] = (before + part * sizes[unit]) / max(total, 1)
            before += sizes[unit]
    return spread
