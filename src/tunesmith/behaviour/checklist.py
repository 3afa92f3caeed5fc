"""Imports the suites that CheckList published: a line names the file and what its labels mean."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pydantic import Field, PositiveInt

from tunesmith.behaviour.change import Change, Moves, Probability
from tunesmith.behaviour.dir import Dir, DirCase
from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.inv import Inv, InvCase
from tunesmith.behaviour.left_out import LeftOut
from tunesmith.behaviour.mft import Mft, MftCase
from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.fields import Conditions
from tunesmith.files import sha256_text

NEEDED = ("suite", "test", "type", "capability", "case", "data", "label")
NEUTRAL = "1"  # of the sentiment suite
MARGIN = 0.1  # "tolerance=0.1" in the suite's own descriptions
Record: TypeAlias = Mapping[str, Any]


class Checklist(Component):
    """A file of CheckList's tests, one case a line, plain or .gz.

    Source: Ribeiro et al. 2020, https://aclanthology.org/2020.acl-main.442, and the descriptions
    inside of its suites.
    """

    checklist: str = Field(min_length=1)  # path, from the folder of the tests
    labels: dict[str, str]  # CheckList's label → the project's; cases of others are left out
    lang: str = "en"
    separator: str = "\n"  # between the two texts of a pair
    most: PositiveInt | None = None  # cases of each test, drawn by the seed; null: all
    where: Conditions = Field(default={})  # as of every test


class Imported(NamedTuple):
    """The tests that can be scored, and what cannot."""

    tests: list[Mft | Inv | Dir]
    left_out: list[LeftOut]


def import_checklist(line: Checklist, folder: Path, source: str, seed: int) -> Imported:
    """Return the tests of a file.

    A case without text, or whose label is none of `labels`, is left out and counted: a model of
    two classes cannot say "neutral". So is a DIR test whose direction is not known to us.

    Args:
        line: as written.
        folder: of the tests.
        source: file and line that name the suite.
        seed: of the sample.

    Raises:
        UserError: the file is missing, broken, or not in this form.
    """
    found = Imported([], [])
    for name, records in _by_test(_read(folder / line.checklist, source)).items():
        told = _Test(line, name, source, records)
        if told.kind == "DIR" and told.direction() is None:
            reason = "the file does not say which way the answer must go"
            found.left_out.append(LeftOut(name, source, reason, len(records)))
            continue
        kept = [record for record in records if told.why_not(record) is None]
        for reason in dict.fromkeys(filter(None, map(told.why_not, records))):
            count = sum(told.why_not(record) == reason for record in records)
            found.left_out.append(LeftOut(name, source, reason, count))
        if kept:
            found.tests.append(told.built(_sample(kept, line.most, seed)))
    return found


class _Test(NamedTuple):
    """One test of a suite."""

    line: Checklist
    name: str
    source: str
    records: list[Record]

    @property
    def kind(self) -> str:
        return str(self.records[0]["type"])

    def direction(self) -> "_Direction | None":
        """Return what a DIR test expects, or None where that is not known."""
        make = DIRECTIONS.get((self.records[0]["suite"], self.records[0]["test"]))
        return make(self.line.labels) if make else None

    def why_not(self, record: Record) -> str | None:
        """Return why a case cannot be scored, or None."""
        if not record["data"]:
            return "the published file has no text for it"
        if self.kind == "MFT" and str(record["label"]) not in self.line.labels:
            return f"labels has no {record['label']}"
        if self.kind != "MFT" and not self._texts(record)[1]:
            return "its variants are the original again"
        return None

    def built(self, records: list[Record]) -> Mft | Inv | Dir:
        """Return the test in our form."""
        about: dict[str, Any] = {
            "test": self.name,
            "capability": str(records[0]["capability"]),
            "description": " ".join(str(records[0].get("description") or "").split()) or None,
            "lang": self.line.lang,
            "task": "classification",
            "where": self.line.where,
        }
        if self.kind == "MFT":
            return Mft(**about, cases=[self._mft(record) for record in records])
        cases = [(record, *self._texts(record)) for record in records]
        if self.kind == "INV":
            inv = [InvCase(name=_case(r), prompt=p, variants=v) for r, p, v in cases]
            return Inv(**about, same="label", cases=inv)
        told = self.direction()
        assert told is not None, "tests without a direction are left out before"
        turned = [DirCase(name=_case(r), prompt=p, variants=v) for r, p, v in cases]
        return Dir(**about, cases=turned, expect=told.expect, only_if=told.only_if)

    def _mft(self, record: Record) -> MftCase:
        """Return a case whose label is known."""
        label = Expect(label=self.line.labels[str(record["label"])])
        data = record["data"]
        one = data[0] if isinstance(data, list) and len(data) == 1 else data  # a pair in a list
        return MftCase(name=_case(record), prompt=self._text(one), expect=label)

    def _texts(self, record: Record) -> tuple[str, list[str]]:
        """Return the original and its variants, without those that are the original again."""
        first, *others = (self._text(item) for item in record["data"])
        return first, [text for text in dict.fromkeys(others) if text != first]

    def _text(self, item: Any) -> str:
        """Return a text, of a pair both."""
        return item if isinstance(item, str) else self.line.separator.join(map(str, item))


class _Direction(NamedTuple):
    """What a DIR test expects of variants, and of which originals."""

    expect: Change
    only_if: Expect | None = None


def _moved(of: str, moves: Moves) -> Callable[[Mapping[str, str]], _Direction | None]:
    """Return what expects the probability of a CheckList label to move."""

    def make(labels: Mapping[str, str]) -> _Direction | None:
        if of not in labels:
            return None
        return _Direction(
            Change(probability=Probability(of=labels[of], moves=moves, margin=MARGIN))
        )

    return make


def _confidence(moves: Moves) -> Callable[[Mapping[str, str]], _Direction | None]:
    """Return what expects the original's label to become more or less likely, unless neutral."""

    def make(labels: Mapping[str, str]) -> _Direction | None:
        sides = [made for label, made in labels.items() if label != NEUTRAL]
        move = Probability(moves=moves, margin=MARGIN)
        return _Direction(Change(probability=move), Expect(label_in=sides)) if sides else None

    return make


def _no_duplicate_any_more(labels: Mapping[str, str]) -> _Direction | None:
    """Expect pairs that were taken for duplicates to be none."""
    if not {"0", "1"} <= set(labels):
        return None
    return _Direction(Change(label=labels["0"]), Expect(label=labels["1"]))


DIRECTIONS: dict[tuple[str, str], Callable[[Mapping[str, str]], _Direction | None]] = {
    ("sentiment", "intensifiers"): _confidence("not_down"),
    ("sentiment", "reducers"): _confidence("not_up"),
    ("sentiment", "add positive phrases"): _moved("2", "not_down"),
    ("sentiment", "add negative phrases"): _moved("2", "not_up"),
    ("qqp", "Change first name in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change first and last name in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change location in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change numbers in one of the questions"): _no_duplicate_any_more,
}  # "Testing implications" (qqp) needs three answers at once and is not scored


def _case(record: Record) -> str:
    return str(record["case"])


def _read(path: Path, source: str) -> Iterator[Record]:
    """Yield the cases of a file."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
            for number, text in enumerate(lines, start=1):
                if text.strip():
                    yield _record(text, f"{path}:{number}")
    except FileNotFoundError:
        raise UserError(f"{source}: checklist: no such file {path}") from None
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: not JSON Lines in UTF-8, plain or gzip: {error}") from None


def _record(text: str, place: str) -> Record:
    """Return the case of a line."""
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{place}: not JSON: {error.msg} at column {error.colno}") from None
    missing = [key for key in NEEDED if not isinstance(record, dict) or key not in record]
    if missing:
        needed = ", ".join(NEEDED)
        raise UserError(f"{place}: no {', '.join(missing)}; a case of CheckList has {needed}")
    if record["type"] not in ("MFT", "INV", "DIR"):
        raise UserError(f"{place}: type {record['type']!r}; known: MFT, INV, DIR")
    return dict(record)


def _by_test(records: Iterator[Record]) -> dict[str, list[Record]]:
    """Return the cases of each test, named by suite and test."""
    tests: dict[str, list[Record]] = {}
    for record in records:
        tests.setdefault(f"{record['suite']}: {record['test']}", []).append(record)
    return tests


def _sample(records: list[Record], most: int | None, seed: int) -> list[Record]:
    """Return at most `most` cases in their order, which ones by the seed."""
    if most is None or len(records) <= most:
        return records
    order = sorted(
        range(len(records)), key=lambda k: sha256_text(f"{seed}:{_case(records[k])}:{k}")
    )
    return [records[k] for k in sorted(order[:most])]
