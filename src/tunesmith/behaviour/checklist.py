"""Imports the suites that CheckList published: a line names the file and what its labels mean."""

from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import Field, PositiveInt, model_validator

from tunesmith.behaviour.checklist_file import Record, read_checklist
from tunesmith.behaviour.dir import Dir, DirCase
from tunesmith.behaviour.directions import Direction, direction_of
from tunesmith.behaviour.expect import Expect, Likely
from tunesmith.behaviour.inv import Inv, InvCase
from tunesmith.behaviour.left_out import LeftOut
from tunesmith.behaviour.mft import Mft, MftCase
from tunesmith.component import Component
from tunesmith.fields import Conditions
from tunesmith.files import sha256_text

POSITIVE = "2"
BANDS = {"0": (0, 1), "1": (1, 2), POSITIVE: (2, 3)}  # of the edges 0, both of `neutral`, 1


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
    neutral: tuple[float, float] | None = None  # of a two-class model: probabilities of `2` between
    where: Conditions = Field(default={})  # as of every test

    @model_validator(mode="after")
    def _has_a_band(self) -> Self:
        """Refuse a band that is none, or of a label that has no name."""
        if self.neutral is not None:
            low, high = self.neutral
            if not 0 < low < high < 1:
                raise ValueError("neutral: two probabilities, the lower first, e.g. [0.33, 0.67]")
            if POSITIVE not in self.labels:
                raise ValueError('neutral: labels has no "2", whose probability it is about')
        return self


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
    for name, records in read_checklist(folder / line.checklist, source).items():
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

    def direction(self) -> Direction | None:
        """Return what a DIR test expects, or None where that is not known."""
        first = self.records[0]
        return direction_of(first["suite"], first["test"], self.line.labels)

    def why_not(self, record: Record) -> str | None:
        """Return why a case cannot be scored, or None."""
        if not self._all_texts(record) or not all(map(str.strip, self._all_texts(record))):
            return "the published file has no text for it"
        if self.kind == "MFT" and expected(self.line, str(record["label"])) is None:
            return f"labels has no {record['label']}"
        if self.kind != "MFT" and not self._texts(record)[1]:
            return "no variant differs from the original"
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
        label = expected(self.line, str(record["label"]))
        assert label is not None, "cases of other labels are left out before"
        return MftCase(name=_case(record), prompt=self._all_texts(record)[0], expect=label)

    def _texts(self, record: Record) -> tuple[str, list[str]]:
        """Return the original and its variants, without those that are the original again."""
        first, *others = self._all_texts(record)
        return first, [text for text in dict.fromkeys(others) if text != first]

    def _all_texts(self, record: Record) -> list[str]:
        """Return every text of a case; an MFT has one, which of a pair may lie in a list."""
        data = record["data"]
        if data is None:
            return []
        if not isinstance(data, list) or (self.kind == "MFT" and len(data) > 1):
            data = [data]
        return [self._text(item) for item in data]

    def _text(self, item: Any) -> str:
        """Return a text, of a pair both."""
        return item if isinstance(item, str) else self.line.separator.join(map(str, item))


def expected(line: Checklist, label: str) -> Expect | None:
    """Return what an answer to a case of CheckList's label must be, None where that has no name.

    With `neutral` a model of two classes is taken for one of three, as CheckList does: neutral
    between the two probabilities of positive, negative below, positive above.
    """
    if line.neutral is None or label not in BANDS:
        return Expect(label=line.labels[label]) if label in line.labels else None
    edges = (0.0, *line.neutral, 1.0)
    low, high = (edges[k] for k in BANDS[label])
    return Expect(likely=Likely(of=line.labels[POSITIVE], at_least=low, at_most=high))


def _sample(records: list[Record], most: int | None, seed: int) -> list[Record]:
    """Return at most `most` cases in their order, which ones by the seed."""
    if most is None or len(records) <= most:
        return records
    order = sorted(
        range(len(records)), key=lambda k: sha256_text(f"{seed}:{_case(records[k])}:{k}")
    )
    return [records[k] for k in sorted(order[:most])]


def _case(record: Record) -> str:
    return str(record["case"])
