"""How often the monitor cries wolf, and what it finds: on public questions, and drawn for the demo.

    python -m benchmarks.monitor --data FOLDER    # alarms without drift, and with some planted
    python -m benchmarks.monitor --picture docs/images/monitor.svg

The picture shows twelve looks at questions of the demo's shop: up to the fifth they are phrased as
in training, then a growing share is phrased otherwise, and from the tenth on most are Chinese.
"""

import argparse
import gzip
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from markupsafe import Markup

from tunesmith.demo.rows import RowMaker
from tunesmith.files import write_text
from tunesmith.monitor import MonitorParams
from tunesmith.monitor.drift import Encoder, drift, installed_encoder
from tunesmith.monitor.history import read_looks, record
from tunesmith.monitor.incoming import distinct
from tunesmith.monitor.side import Side
from tunesmith.report.lines import Series, line_chart
from tunesmith.stats.resample import Floats
from tunesmith.text.embed import Vectors

PARAMS = MonitorParams()
SETS = {"banking77": "alpaca_en", "thucnews_titles": "huatuo_med_zh"}  # trained on → planted
FILES = {"banking77": "train", "thucnews_titles": "dev"}
SIZES = (50, 200, 1000)
SHARES = (0.0, 0.1, 0.25, 0.5)
TRAINED = 2000
LOOKS, ASKED = 12, 200
COLOURS = {
    "language": "#444", "length (en)": "#1f77b4", "words (en)": "#17a2b8",
    "embedding (en)": "#6f42c1", "length (zh)": "#e67e22", "words (zh)": "#d6a100",
}  # fmt: skip
HIGHEST = 4.0  # of the picture, in limits
STYLE = Markup(
    "<style>text{{font:11px sans-serif;fill:#555}}.grid{{stroke:#ddd;fill:none}}"
    ".line{{fill:none;stroke-width:1.8}}.limit{{stroke:#c0392b;stroke-dasharray:5 3}}"
    ".dot.limit{{display:none}}{}</style>"
)
RULE = Markup(".line.k{0}{{stroke:{1}}}.dot.k{0}{{fill:{1}}}")
KEY = Markup('<text x="392" y="{y}" style="fill:{colour}">{name}</text>')


def questions(folder: Path, name: str) -> list[str]:
    """Return the questions of a public set, each once, in an order of chance."""
    path = folder / name / f"{FILES.get(name, 'data')}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = distinct(
        [row.get("text") or f"{row['instruction']}\n{row.get('input') or ''}" for row in rows]
    )
    random.Random(0).shuffle(texts)
    return texts


def crossed(sides: Sequence[Side]) -> set[str]:
    """Return the sides that have crossed their limits."""
    return {side.name for side in sides if side.level == "crossed"}


def alarms(own: list[str], other: list[str], rows: int, share: float, looks: int) -> int:
    """Return how many looks of an empty table of encoders raise an alarm."""
    found = 0
    for seed in range(looks):
        rng = random.Random(f"{rows} {share} {seed}")
        drawn = rng.sample(own, TRAINED + rows)
        planted = round(rows * share)
        asked = [*drawn[TRAINED + planted :], *rng.sample(other, planted)]
        found += bool(crossed(drift(drawn[:TRAINED], asked, PARAMS, seed, "not measured")))
    return found


def tables(folder: Path, looks: int, tell: Callable[[str], None] = print) -> None:
    """Print, for each set and number of rows, the looks with an alarm by what was planted."""
    heads = [f"{share:.0%} {'drift' if share else '(none)'}" for share in SHARES]
    tell(f"| trained on | planted | rows | {' | '.join(heads)} |")
    tell(f"|---|---|--:|{'--:|' * len(SHARES)}")
    for name, planted in SETS.items():
        own, other = questions(folder, name), questions(folder, planted)
        for rows in SIZES:
            counts = [f"{alarms(own, other, rows, share, looks)} of {looks}" for share in SHARES]
            tell(f"| {name} | {planted} | {rows:,} | {' | '.join(counts)} |")


def shop(lang: str, count: int, unseen: int, seed: int) -> list[str]:
    """Return questions of the demo's shop, so many of them phrased as never in training."""
    maker = RowMaker(lang, np.random.default_rng([seed, len(lang), ord(lang[0])]))  # type: ignore[arg-type]
    rows = [*maker.many(count - unseen), *maker.many(unseen, "unseen")]
    return ["\n".join(row.turns[::2]) for row in rows]


class Remembering:
    """An encoder that encodes no text twice: every look compares with the same train rows."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of the texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known |= dict(zip(new, self.encoder(new) if new else (), strict=True))
        return np.stack([self.known[text] for text in texts])

    def unknown_ratio(self, texts: Sequence[str]) -> Floats:
        """Return the share of each text's tokens that the encoder does not know."""
        return self.encoder.unknown_ratio(texts)


def simulate(looks: Path, history: Path) -> None:
    """Record the looks of the picture."""
    trained = [*shop("en", 800, 0, 0), *shop("zh", 800, 0, 0)]
    found = installed_encoder()
    encoder = found if isinstance(found, str) else Remembering(found)
    for number in range(1, LOOKS + 1):
        unseen = min(max(number - 5, 0) * 0.2, 1.0)
        chinese = ASKED // 2 if number < 10 else ASKED * 3 // 4
        sizes = {"en": ASKED - chinese, "zh": chinese}
        asked = [
            text
            for lang, rows in sizes.items()
            for text in shop(lang, rows, round(rows * unseen), number)
        ]
        sides = drift(trained, asked, PARAMS, number, encoder)
        print(f"look {number}: {', '.join(sorted(crossed(sides))) or 'steady'}")
        files = {f"{number}": f"{number}"}
        record({"files": files, "sides": [side._asdict() for side in sides]}, looks, history)


def picture(path: Path) -> None:
    """Draw the looks of the demo as `dvc plots show` does."""
    with TemporaryDirectory() as folder:
        looks = Path(folder) / "looks.jsonl"
        simulate(looks, Path(folder) / "history.csv")
        points: dict[str, list[tuple[float, float]]] = {name: [] for name in COLOURS}
        for look in read_looks(looks):
            for side in look["sides"]:
                if side["effect"] is not None:
                    share = min(side["effect"] / side["limit"], HIGHEST)
                    points[side["name"]].append((look["look"], share))
    series = [
        Series("limit", "limit", [(1, 1), (LOOKS, 1)]),
        *(Series(name, f"k{k}", points[name]) for k, name in enumerate(COLOURS)),
    ]
    chart = line_chart(series, "Effects by their limits, look by look", "look")
    rules = Markup("").join(RULE.format(k, colour) for k, colour in enumerate(COLOURS.values()))
    keys = Markup("").join(
        KEY.format(y=24 + 16 * k, colour=colour, name=name)
        for k, (name, colour) in enumerate(COLOURS.items())
    )
    nested = str(chart).replace("<svg ", '<svg width="380" height="220" ', 1)
    write_text(
        path,
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 224" width="735" height="336">'
        f'{STYLE.format(rules)}<rect width="490" height="224" fill="#fff"/>{nested}{keys}</svg>',
    )


def main() -> None:
    """Print the tables, or draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.monitor", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of public sets")
    parser.add_argument("--looks", type=int, default=20, help="of each cell of the table")
    parser.add_argument("--picture", type=Path, help="file to draw")
    options = parser.parse_args()
    if options.data:
        tables(options.data, options.looks)
    if options.picture:
        picture(options.picture)


if __name__ == "__main__":
    main()
