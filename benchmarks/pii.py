"""How much personal data is found, how much is taken for it that is none, and how fast.

Run from the root of the project: `python -m benchmarks.pii`. The people are faker's, in English
and Chinese sentences. Where `TUNESMITH_DATA` names a folder with `presidio_pii`, its labelled
spans are scored too, for the kinds that we claim, and its phones by their form, with and without
the regions of FakeNameGenerator, which made them. Found values are never printed.
"""

import gzip
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from tunesmith.text.pii import KINDS, REGIONS, Found, Phones, find_pii, masked

FROM_PRESIDIO = {
    "CREDIT_CARD": "card",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "PHONE_NUMBER": "phone",
    "US_SSN": "ssn",
}
FORMS = {  # of a phone number; the first that fits
    "with + or 001": re.compile(r"(?:\+|001).*"),
    "North American": re.compile(
        r"(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-.])[0-9]{3}[-.][0-9]{4}(?:x[0-9]+)?"
    ),
    "national, with 0 or brackets": re.compile(r"[0(].*"),
    "national, bare groups": re.compile(r".*[0-9][ .-].*"),
    "figures in one": re.compile(r".*"),
}
ABROAD = (
    *("AU", "AT", "BE", "BR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GL", "HU", "IS", "IT"),
    *("NL", "NZ", "NO", "PL", "PT", "SI", "ZA", "ES", "SE", "CH", "TN", "GB", "UY"),
)
CARRIERS = (
    "Please note {} for the record, thank you.",
    "I moved last week; from now on {} is the right one.",
    "请记一下{}，谢谢。",
    "我的新资料是{}请更新",
    "客户说（{}）已经换了。",
)
HARMLESS = (
    "订单号{n:011d}还没有到",
    "编号 110105194912310{n:05d} 的零件",
    "version 1.2.{s}.4 fails on line {n}",
    "Order {n} cost 1,{s:03d}.50 on 2024-03-{d:02d} at 10:{d:02d}:45",
    "The population grew from 1{n} to 2{n} between 1990-2020",
    "圆周率约等于3.14159265358979{n}",
    "ISBN 978-3-16-1484{d:02d}-0, pages {s}-{n}",
    "Chapter {s}.{d}.{d}: see figure {d}-{s}; score 3-1, odds 10:1",
    "2023年{d}月{d}日共售出{n}件，单价{s}.99元",
)


class Labelled(NamedTuple):
    """A text and the personal data in it."""

    text: str
    spans: list[Found]


def made(people: int, seed: int) -> list[Labelled]:
    """Return sentences with one value each: `people` values of every kind."""
    from faker import Faker

    english, chinese = Faker("en_US"), Faker("zh_CN")
    for fake in (english, chinese):
        fake.seed_instance(seed)
    rng = np.random.default_rng(seed)
    token = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    makers: dict[str, Callable[[], str]] = {
        "email": english.email,
        "cn_id": chinese.ssn,
        "card": lambda: english.credit_card_number("visa16"),
        "ssn": english.ssn,
        "ip": english.ipv4_public,
        "iban": english.iban,
        "phone": lambda: (
            chinese.phone_number()
            if rng.random() < 0.5
            else f"({rng.integers(201, 990)}) 555-{rng.integers(10**4):04d}"
        ),
        "secret": lambda: "ghp_" + "".join(rng.choice(list(token), 36)),
        "passport": lambda: f"护照E{rng.integers(10**7):07d}".replace("E", "E1")[:11],
    }
    return [
        _carried(kind, maker(), CARRIERS[number % len(CARRIERS)])
        for kind, maker in makers.items()
        for number in range(people)
    ]


def _carried(kind: Any, value: str, carrier: str) -> Labelled:
    """Return a sentence with a value in it."""
    start = carrier.index("{")
    return Labelled(carrier.format(value), [Found(kind, start, start + len(value))])


def harmless(count: int) -> list[str]:
    """Return sentences with figures that are nobody's."""
    return [
        HARMLESS[number % len(HARMLESS)].format(
            n=10_000 + number, s=number % 400, d=1 + number % 28
        )
        for number in range(count)
    ]


def presidio(folder: Path) -> list[Labelled]:
    """Return the labelled sentences, with the spans of kinds that we claim."""
    rows = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().rstrip("\n").split("\n"):
            row = json.loads(line)
            spans = [
                Found(
                    FROM_PRESIDIO[span["entity_type"]], span["start_position"], span["end_position"]
                )  # type: ignore[arg-type]
                for span in row["spans"]
                if span["entity_type"] in FROM_PRESIDIO
            ]
            rows.append(Labelled(row["full_text"], spans))
    return rows


def counted(rows: list[Labelled], phones: Phones) -> dict[str, Counter[str]]:
    """Return, by kind, how many spans there are, how many are found, and finds that are none.

    A span is found if a find of its kind overlaps it.
    """
    counts: dict[str, Counter[str]] = {}
    for text, spans in rows:
        finds = find_pii(text, phones=phones)
        for span in spans:
            tally = counts.setdefault(span.kind, Counter())
            tally["there"] += 1
            tally["found"] += any(_agree(span, find) for find in finds)
        for find in finds:
            tally = counts.setdefault(find.kind, Counter())
            tally["finds"] += 1
            tally["right"] += any(_agree(span, find) for span in spans)
    return counts


def _agree(one: Found, other: Found) -> bool:
    """True if two spans are of one kind and overlap."""
    return one.kind == other.kind and one.start < other.end and other.start < one.end


def scores(title: str, rows: list[Labelled]) -> Table:
    """Return recall and precision by kind, phones in both modes."""
    table = Table("kind", "spans", "recall", "finds", "precision", title=title)
    found = sorted(counted(rows, "valid").items())
    possible = counted(rows, "possible").get("phone", Counter())
    for kind, tally in [*found, ("phone (possible)", possible)]:
        recall = f"{tally['found'] / tally['there']:.3f}" if tally["there"] else "-"
        precision = f"{tally['right'] / tally['finds']:.3f}" if tally["finds"] else "-"
        table.add_row(kind, f"{tally['there']:,}", recall, f"{tally['finds']:,}", precision)
    return table


def by_form(rows: list[Labelled]) -> Table:
    """Return the recall of phone numbers by form, with the usual regions and with more."""
    table = Table("phone", "spans", "CN, US", "28 more regions", title="presidio-research, phones")
    tallies = {form: Counter[str]() for form in FORMS}
    for text, spans in rows:
        usual = find_pii(text)
        more = find_pii(text, regions=(*REGIONS, *ABROAD))
        for span in spans:
            if span.kind == "phone":
                value = text[span.start : span.end]
                tally = tallies[next(form for form, fits in FORMS.items() if fits.fullmatch(value))]
                tally["there"] += 1
                tally["usual"] += any(_agree(span, find) for find in usual)
                tally["more"] += any(_agree(span, find) for find in more)
    for form, tally in tallies.items():
        shares = (f"{tally[key] / max(tally['there'], 1):.3f}" for key in ("usual", "more"))
        table.add_row(form, f"{tally['there']:,}", *shares)
    return table


def false_alarms(rows: list[Labelled], regions: tuple[str, ...]) -> int:
    """Return how many rows have a find that is not labelled so."""
    found = ((find_pii(text, KINDS, "valid", regions), spans) for text, spans in rows)
    return sum(
        any(not any(_agree(span, find) for span in spans) for find in finds)
        for finds, spans in found
    )


def speed(texts: list[str], regions: tuple[str, ...] = REGIONS) -> float:
    """Return how many texts a CPU-second searches and masks."""
    start = time.process_time()
    for text in texts:
        masked(text, find_pii(text, regions=regions))
    return len(texts) / (time.process_time() - start)


def main() -> None:
    """Print the tables."""
    console = Console()
    rows = made(people=500, seed=0)
    console.print(scores("made-up people", rows))
    plain = harmless(5_000)
    for phones in ("valid", "possible"):
        alarms = sum(bool(find_pii(text, phones=phones)) for text in plain)  # type: ignore[arg-type]
        console.print(f"false alarms, {phones} phones: {alarms:,} of {len(plain):,} harmless rows")
    alarms = sum(bool(find_pii(text, regions=(*REGIONS, *ABROAD))) for text in plain)
    console.print(f"false alarms, 28 more regions: {alarms:,} of {len(plain):,} harmless rows")
    console.print(f"dense text: {speed([row.text for row in rows]):,.0f} rows per CPU-second")
    dense = speed([row.text for row in rows], (*REGIONS, *ABROAD))
    console.print(f"dense text, 28 more regions: {dense:,.0f} rows per CPU-second")
    console.print(f"harmless text: {speed(plain):,.0f} rows per CPU-second")
    folder = Path(os.environ.get("TUNESMITH_DATA", "")) / "presidio_pii"
    if folder.is_dir() and os.environ.get("TUNESMITH_DATA"):
        labelled = presidio(folder)
        console.print(scores("presidio-research", labelled))
        console.print(by_form(labelled))
        for name, regions in (("CN, US", REGIONS), ("28 more", (*REGIONS, *ABROAD))):
            alarms = false_alarms(labelled, regions)
            console.print(f"rows with a false alarm, {name}: {alarms:,} of {len(labelled):,}")
    else:
        console.print(
            "presidio-research: skipped, TUNESMITH_DATA names no folder with presidio_pii"
        )


if __name__ == "__main__":
    main()
