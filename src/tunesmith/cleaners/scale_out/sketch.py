"""What the search for near-duplicates needs of a partition: texts, normal forms, band keys."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tunesmith.cleaners.base import is_test, whole_text
from tunesmith.cleaners.scale_out.part import Part
from tunesmith.cleaners.scale_out.spread import Records
from tunesmith.rows import Row, prompt_text
from tunesmith.text.minhash import Hashes, Ints, band_keys
from tunesmith.text.normalise import folded

FORM = np.dtype([("group", "u8"), ("high", "u8"), ("low", "u8"), ("place", "i8")])
SIDES = pa.schema(
    [
        ("place", pa.int64()),
        ("id", pa.string()),
        ("label", pa.string()),
        ("text", pa.string()),
        ("asked", pa.string()),
        ("form", pa.string()),
    ]
)


@dataclass(frozen=True)
class Sketch:
    """The rows of a partition that may be compared.

    Attributes:
        sides: their texts, as `SIDES` has them.
        forms: group (split and task) and 128-bit digest of group and form of each row.
        keyed: rows, by position, that are the first of their form here and no empty text.
        keys: (bands, keyed) keys of these, see `band_keys`.
    """

    sides: pa.Table
    forms: Records
    keyed: Ints
    keys: Hashes


def sketched(part: Part, seed: int) -> Sketch:
    """Return the sketch of a partition; rows of the test split are not in it."""
    placed = zip(part.rows(), part.places.tolist(), strict=True)
    compared = [(row, place) for row, place in placed if not is_test(row)]
    sides = [_side(row, place) for row, place in compared]
    groups = [json.dumps([row["split"], row["task"]]) for row, _ in compared]
    hashed = [_hashed(group, side) for group, side in zip(groups, sides, strict=True)]
    forms = np.array(hashed, dtype=FORM)
    first = _first(forms)
    keys, known = band_keys([sides[k]["form"] for k in first], seed)
    return Sketch(pa.Table.from_pylist(sides, SIDES), forms, first[known], np.stack(keys))


def _first(forms: Records) -> Ints:
    """Return where each form comes first, in order."""
    index: dict[tuple[int, int], int] = {}
    for place, form in enumerate(zip(forms["high"].tolist(), forms["low"].tolist(), strict=True)):
        index.setdefault(form, place)
    return np.array(list(index.values()), dtype=np.int64)


def _side(row: Row, place: int) -> Row:
    """Return what a row is compared by."""
    text = whole_text(row)
    named = {"place": place, "id": row["id"], "label": row["label"]}
    return {**named, "text": text, "asked": prompt_text(row), "form": folded(text)}


def _hashed(group: str, side: Row) -> tuple[int, int, int, int]:
    """Return a record of `FORM`."""
    name = hashlib.blake2b(group.encode(), digest_size=8).digest()
    form = hashlib.blake2b(side["form"].encode(), digest_size=16, key=name).digest()
    return _number(name), _number(form[:8]), _number(form[8:]), side["place"]


def _number(digest: bytes) -> int:
    """Return eight bytes as a number."""
    return int.from_bytes(digest, "little")
