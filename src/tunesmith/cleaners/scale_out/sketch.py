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
from tunesmith.text.folding import folded_each
from tunesmith.text.minhash import Hashes, Ints, band_keys
from tunesmith.text.numbers import all_numbers

FORM = np.dtype([(name, "u8") for name in ("group", "fact", "high", "low")] + [("place", "i8")])
SIDES = pa.schema(
    [
        ("place", pa.int64()),
        ("id", pa.string()),
        ("label", pa.string()),
        ("text", pa.string()),
        ("asked", pa.string()),
        ("form", pa.string()),
        ("fact", pa.uint64()),
    ]
)


@dataclass(frozen=True)
class Sketch:
    """The rows of a partition that may be compared.

    Attributes:
        sides: their texts, as `SIDES` has them.
        forms: of each row the group (split and task), its numbers, each as a 64-bit digest, and a
            128-bit digest of these and the form.
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
    texts = [whole_text(row) for row, _ in compared]
    facts = map(_fact, all_numbers(texts))
    described = zip(compared, texts, folded_each(texts), facts, strict=True)
    sides = [_side(*pair, text, form, fact) for pair, text, form, fact in described]
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


def _side(row: Row, place: int, text: str, form: str, fact: int) -> Row:
    """Return what a row is compared by."""
    named = {"place": place, "id": row["id"], "label": row["label"]}
    return {**named, "text": text, "asked": prompt_text(row), "form": form, "fact": fact}


def _fact(named: tuple[str, ...]) -> int:
    """Return a number that the same numbers, in the same order, have."""
    return _number(hashlib.blake2b(json.dumps(named).encode(), digest_size=8).digest())


def _hashed(group: str, side: Row) -> tuple[int, int, int, int, int]:
    """Return a record of `FORM`."""
    name = hashlib.blake2b(group.encode(), digest_size=8).digest()
    said = f"{side['fact']} {side['form']}".encode()
    form = hashlib.blake2b(said, digest_size=16, key=name).digest()
    return _number(name), side["fact"], _number(form[:8]), _number(form[8:]), side["place"]


def _number(digest: bytes) -> int:
    """Return eight bytes as a number."""
    return int.from_bytes(digest, "little")
