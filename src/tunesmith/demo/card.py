"""The data card of the demo: what is in the files, counted."""

from collections import Counter

from tunesmith.demo.assemble import Flaw
from tunesmith.demo.rows import Row

HEAD = """\
# Demo data: the support desk of Larkfield (云雀小铺)

Questions and answers of a shop that does not exist, in English and Chinese, made by a seeded
generator; no person, order or address is real. The two languages say the same kinds of things
in their own words, they are not translations. An answer copies the entities of its question and
is the only right one, so exact match means something. The train files hold labelled flaws
(`flaws.csv`) for the cleaning stage to find.

The wording of the answers was chosen after looking at what the base model in `base/` can learn:
it copies English nouns but not yet colours (`stock` in English asks for them, and stays hard).

Licence: Apache-2.0. Made by `python -m tunesmith.demo.generate --out data/demo --seed 0`.

| file | shape | rows |
|---|---|--:|
"""

KINDS = """
`flaws.csv`: line numbers count from 1; of a pair the later line is the flawed one, the partner is
the row it was made from (`test.jsonl` for a leak). `detail`: html and mojibake, the question as it
was; wrong_label, the true intent; wrong_language and pii, which. A `template_row` differs from its
partner in one order number: it looks like a duplicate and must be kept. Flawed rows whose fate is
repair, mask or flag are good rows otherwise. E-mails are at example.com, phones in ranges of
fiction or service, ids of people born before 1906, cards in a test range.

| flaw | expected | en | zh |
|---|---|--:|--:|
"""

TEST = """
Test rows ask with entities (and order numbers) that no clean train row has; half use a phrasing
that train never uses (`phrasing`: seen or unseen). About one zh row in ten, train and seen test,
takes two turns; in en train, as many carry their details in alpaca's `input`.

| intent | train en | train zh | test en | test zh |
|---|--:|--:|--:|--:|
"""


def write(train: list[Row], test: list[Row], found: list[Flaw]) -> str:
    """Return the card in Markdown."""
    return HEAD + _files(train, test, found) + KINDS + _kinds(found) + TEST + _intents(train, test)


def _files(train: list[Row], test: list[Row], found: list[Flaw]) -> str:
    sizes = Counter(row.lang for row in train)
    shapes = {
        "support_en.jsonl": ("alpaca + intent, lang", sizes["en"]),
        "support_zh.jsonl": ("OpenAI messages + intent, lang", sizes["zh"]),
        "test.jsonl": ("prompt, completion, intent, lang, phrasing", len(test)),
        "flaws.csv": ("file, line, kind, expected, partner_file, partner_line, detail", len(found)),
    }
    return "".join(f"| `{name}` | {shape} | {rows:,} |\n" for name, (shape, rows) in shapes.items())


def _kinds(found: list[Flaw]) -> str:
    counts = Counter((flaw.kind, flaw.expected, flaw.file) for flaw in found)
    pairs = list(dict.fromkeys((flaw.kind, flaw.expected) for flaw in sorted(found, key=_by_kind)))
    return "".join(
        f"| {kind} | {expected} | {counts[kind, expected, 'support_en.jsonl']} "
        f"| {counts[kind, expected, 'support_zh.jsonl']} |\n"
        for kind, expected in pairs
    )


def _by_kind(flaw: Flaw) -> str:
    return flaw.kind


def _intents(train: list[Row], test: list[Row]) -> str:
    counts = Counter((name, row.intent, row.lang) for name, row in _named(train, test))
    intents = sorted({row.intent for row in train})
    cells = (
        (i, *(counts[n, i, g] for n in ("train", "test") for g in ("en", "zh"))) for i in intents
    )
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in cells)


def _named(train: list[Row], test: list[Row]) -> list[tuple[str, Row]]:
    return [("train", row) for row in train] + [("test", row) for row in test]
