"""The demo data repeats, and its flaws are what `flaws.csv` says they are."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import ftfy
import pytest

from tunesmith.demo import identities
from tunesmith.demo.flaws import KINDS
from tunesmith.demo.generate import build

DATA = Path(__file__).parents[3] / "data" / "demo"
Record = dict[str, Any]


def read(name: str) -> list[Record]:
    """One record a line; `splitlines` would also cut at the U+0085 that mojibake holds."""
    with (DATA / name).open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


FILES = {name: read(name) for name in ("support_en.jsonl", "support_zh.jsonl", "test.jsonl")}
with (DATA / "flaws.csv").open(encoding="utf-8", newline="") as file:
    FLAWS = list(csv.DictReader(file))


def turns(record: Record) -> list[str]:
    """Every customer and shop turn, the answer last."""
    if "instruction" in record:
        return [record["instruction"], record["input"], record["output"]]
    messages = record.get("messages") or record["prompt"] + record["completion"]
    return [message["content"] for message in messages]


def question(record: Record) -> str:
    return next(turn for turn in reversed(turns(record)[:-1]) if turn)


def flawed(flaw: dict[str, str]) -> Record:
    return FILES[flaw["file"]][int(flaw["line"]) - 1]


def partner(flaw: dict[str, str]) -> Record:
    return FILES[flaw["partner_file"]][int(flaw["partner_line"]) - 1]


def of_kind(kind: str) -> list[dict[str, str]]:
    return [flaw for flaw in FLAWS if flaw["kind"] == kind]


def clean(name: str) -> list[Record]:
    bad = {int(flaw["line"]) for flaw in FLAWS if flaw["file"] == name}
    return [record for line, record in enumerate(FILES[name], 1) if line not in bad]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    assert build(3) == build(3)
    assert build(3)["test.jsonl"] != build(4)["test.jsonl"]


def test_the_committed_files_are_what_the_generator_writes() -> None:
    for name, text in build(0).items():
        assert (DATA / name).read_bytes() == text.encode(), name


def test_every_kind_of_flaw_stands_in_both_languages() -> None:
    counts = Counter((flaw["kind"], flaw["file"]) for flaw in FLAWS)
    assert set(counts.values()) == {30}
    assert {kind for kind, _ in counts} == set(KINDS)


def test_no_two_clean_rows_have_the_same_text() -> None:
    for name in ("support_en.jsonl", "support_zh.jsonl"):
        texts = [tuple(turns(record)) for record in clean(name)]
        assert len(texts) == 1300 == len(set(texts))


def test_an_exact_duplicate_equals_an_earlier_row() -> None:
    for flaw in of_kind("exact_duplicate"):
        assert flawed(flaw) == partner(flaw)
        assert int(flaw["line"]) > int(flaw["partner_line"])


def test_a_near_duplicate_differs_from_an_earlier_row_in_the_question_alone() -> None:
    for flaw in of_kind("near_duplicate"):
        assert question(flawed(flaw)) != question(partner(flaw))
        assert turns(flawed(flaw))[-1] == turns(partner(flaw))[-1]
        assert int(flaw["line"]) > int(flaw["partner_line"])


def test_a_template_row_differs_in_one_number() -> None:
    for flaw in of_kind("template_row"):
        here, there = (" ".join(turns(row)) for row in (flawed(flaw), partner(flaw)))
        changed = set(re.findall(r"\d+", here)) ^ set(re.findall(r"\d+", there))
        old, new = flaw["detail"].split(" to ")
        assert changed == {old, new}
        assert there.replace(old, new) == here


def test_html_holds_the_question_it_was_made_from() -> None:
    for flaw in of_kind("html"):
        text = question(flawed(flaw))
        assert flaw["detail"] in text
        assert re.search(r"<\w|&lt;|&nbsp;", text)


def test_mojibake_is_repaired_by_ftfy() -> None:
    for flaw in of_kind("mojibake"):
        assert question(flawed(flaw)) != flaw["detail"]
        assert ftfy.fix_encoding(question(flawed(flaw))) == flaw["detail"]


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("email", r"\S+@example\.com"), ("phone", r"1380013\d{4}|\+1 202-555-01\d\d")],
)
def test_contact_details_are_there(kind: str, pattern: str) -> None:
    for flaw in (flaw for flaw in of_kind("pii") if flaw["detail"] == kind):
        assert re.search(pattern, question(flawed(flaw)))


def test_chinese_ids_have_a_valid_check_digit() -> None:
    for flaw in (flaw for flaw in of_kind("pii") if flaw["detail"] == "chinese_id"):
        found = re.search(r"\d{17}[\dX]", question(flawed(flaw)))
        assert found
        total = sum(int(d) * w for d, w in zip(found[0][:17], identities.ID_WEIGHTS, strict=True))
        check = 10 if found[0][17] == "X" else int(found[0][17])
        assert (total + check) % 11 == 1


def test_card_numbers_pass_luhn() -> None:
    for flaw in (flaw for flaw in of_kind("pii") if flaw["detail"] == "card_number"):
        found = re.search(r"\d{16}", question(flawed(flaw)))
        assert found
        digits = [int(d) for d in reversed(found[0])]
        odd = sum(digits[0::2])
        even = sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
        assert (odd + even) % 10 == 0


def test_an_empty_answer_is_empty_and_no_other_is() -> None:
    for flaw in of_kind("empty_answer"):
        assert not turns(flawed(flaw))[-1].strip()
    assert all(turns(row)[-1].strip() for row in clean("support_zh.jsonl"))


def test_a_wrong_label_is_not_the_true_intent() -> None:
    for flaw in of_kind("wrong_label"):
        assert flawed(flaw)["intent"] != flaw["detail"]


def test_a_wrong_language_names_one_that_the_demo_does_not_serve() -> None:
    assert {flaw["detail"] for flaw in of_kind("wrong_language")} <= {"fr", "de", "ru", "ja", "ko"}


def test_a_leaked_row_equals_its_test_row() -> None:
    for flaw in of_kind("leaked_test"):
        there = partner(flaw)["prompt"] + partner(flaw)["completion"]
        assert [t for t in turns(flawed(flaw)) if t] == [m["content"] for m in there]


def test_no_clean_train_row_shares_its_answer_or_order_number_with_a_test_row() -> None:
    def orders(records: list[Record]) -> set[str]:
        return {n for row in records for n in re.findall(r"\d{5}", " ".join(turns(row)))}

    test = FILES["test.jsonl"]
    for lang in ("en", "zh"):
        mine = [row for row in test if row["lang"] == lang]
        train = clean(f"support_{lang}.jsonl")
        assert not orders(mine) & orders(train)
        assert not {question(row) for row in mine} & {question(row) for row in train}


def test_half_of_the_test_rows_are_phrased_as_train_never_is() -> None:
    counts = Counter((row["lang"], row["phrasing"]) for row in FILES["test.jsonl"])
    assert set(counts.values()) == {150}
