"""Write the demo's support data: `python -m tunesmith.demo.generate --out data/demo --seed 0`."""

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

import numpy as np

from tunesmith.demo import assemble, card, shapes
from tunesmith.demo.files import jsonl, write_as_asked
from tunesmith.demo.rows import TWO_TURN_SHARE, Row, RowMaker
from tunesmith.demo.world import Lang

TRAIN_ROWS, TEST_ROWS, FLAWS_PER_KIND = 1300, 300, 30


@dataclass(frozen=True)
class TrainFile:
    """A train file: its name, language and shape."""

    name: str
    lang: Lang
    shape: Callable[[Row], shapes.Record]


TRAIN_FILES = (
    TrainFile("support_en.jsonl", "en", shapes.alpaca),
    TrainFile("support_zh.jsonl", "zh", shapes.messages),
)


def build(seed: int) -> dict[str, str]:
    """Return every file of the demo data by name; the same seed gives the same text."""
    files: dict[str, str] = {}
    found: list[assemble.Flaw] = []
    tests: list[Row] = []
    trains: list[Row] = []
    for number, file in enumerate(TRAIN_FILES):
        maker = RowMaker(file.lang, np.random.default_rng([seed, number]))
        clean, test = maker.many(TRAIN_ROWS), draw_test(maker)
        entries = assemble.mix(clean, test, FLAWS_PER_KIND, maker)
        rows, line_of = assemble.lines(entries)
        files[file.name] = jsonl([file.shape(row) for row in rows])
        found += assemble.flaws(file.name, entries, line_of, len(tests))
        tests += test
        trains += rows
    files["test.jsonl"] = jsonl([shapes.prompt_completion(row) for row in tests])
    files["flaws.csv"] = table(found)
    files["README.md"] = card.write(trains, tests, found)
    return files


def draw_test(maker: RowMaker) -> list[Row]:
    """Draw the test rows, every other one in a phrasing that train never has.

    English test rows ask in one turn: importers differ in how they join alpaca's `input`.
    """
    half = TEST_ROWS // 2
    seen = maker.many(half, two_turn_share=TWO_TURN_SHARE if maker.lang == "zh" else 0.0)
    unseen = maker.many(half, "unseen")
    return [row for pair in zip(seen, unseen, strict=True) for row in pair]


def table(found: list[assemble.Flaw]) -> str:
    """The flaws as CSV with a header."""
    text = io.StringIO()
    columns = [field.name for field in fields(assemble.Flaw)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(flaw) for flaw in found)
    return text.getvalue()


if __name__ == "__main__":
    write_as_asked(build, __doc__)
