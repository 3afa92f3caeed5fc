"""Stage profile: the page for the data team, its numbers, and the accepted version."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stages.profile import FLAGS, main
from tests.tiny import chat_row
from tunesmith.cleaners.run import DECISIONS
from tunesmith.cli.data import accept
from tunesmith.errors import UserError
from tunesmith.rows import to_frame, write_rows, write_table

PARAMS = "seed: 0\nprofile: {title: '<b>Shop</b>', balance: [lang], examples: 2}\n"
GATES = {"expectations": [{"kind": "unique_ids", "status": "passed", "checked": 80}]}
PHONE = "13800138123"


def rows(count: int, lang: str, question: str) -> list[dict[str, Any]]:
    return [chat_row(k, f"{question} {k}", "Yes.", lang=lang) for k in range(count)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS)
    gone = chat_row(900, f"<img src=x> call {PHONE}", "No.", lang="en")
    write_rows(Path("train"), to_frame([*rows(60, "en", "Where"), *rows(20, "zh", "在哪")]))
    write_rows(Path("examples"), to_frame([*rows(60, "en", "Where"), gone]))
    for name in ("validation", "test", "ood"):
        write_rows(Path(name), to_frame(rows(2, "en", "When")))
    decision = {
        "id": gone["id"], "source": gone["source"], "step": "length", "action": "drop",
        "reason": "too long", "score": None, "partner": None,
    }  # fmt: skip
    write_table(Path("decisions"), pa.Table.from_pylist([decision], schema=DECISIONS))
    Path("quarantine").write_text(
        '{"file": "a.jsonl", "line": 7, "raw": "{", "reason": "not JSON"}\n'
    )
    source = {
        "path": "a.jsonl", "kind": "file", "rows": 81, "quarantined": 1, "sha256": "0" * 64,
        "languages": {"en": 61, "zh": 20}, "licences": {"MIT": 81},
    }  # fmt: skip
    totals = {"files": 1, "rows": 81, "quarantined": 1, "languages": {"en": 61, "zh": 20}}
    sides = {name: {"rows": 2, "lang": {"en": 2}} for name in ("train", "validation", "test")}
    trees = {
        "manifest": {"sources": [source], "totals": totals},
        "clean-summary": {
            "rows": {"in": 81, "kept": 80, "dropped": 1},
            "dropped": {"length": {"too long": 1}}, "rewritten": {}, "flagged": {},
        },
        "split-summary": {"splits": sides, "dropped": 0, "dropped_by_reason": {}},
        "augment-summary": {"rows": {"original": 80, "made": 0, "feedback": 0, "total": 80}},
        "clean-gates": GATES, "train-gates": GATES, "previous": {},
    }  # fmt: skip
    for name, tree in trees.items():
        Path(name).write_text(json.dumps(tree))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch) -> str:
    pairs = [word for flag in FLAGS for word in (flag, flag.strip("-"))]
    monkeypatch.setattr(sys, "argv", ["profile", *pairs])
    main()
    return Path("page").read_text(encoding="utf-8")


def test_the_page_shows_what_came_of_the_rows_and_repeats(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(monkeypatch)
    profile = Path("profile").read_bytes()
    for text in ("a.jsonl:7", "not JSON", "too long", "unique_ids", "No version has been accepted"):
        assert text in page
    assert json.loads(profile)["rows"] == {"train": 80, "validation": 2, "test": 2, "ood": 2}
    assert run(monkeypatch) == page
    assert Path("profile").read_bytes() == profile


def test_what_a_row_holds_is_masked_and_escaped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(monkeypatch)
    assert PHONE not in page
    assert "&lt;PHONE&gt;" in page
    assert "<img" not in page
    assert "<b>Shop" not in page


def test_the_page_asks_for_nothing_from_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(monkeypatch)
    asked: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in {"script", "link", "iframe", "img"}
            asked.extend(value or "" for name, value in attrs if name in {"src", "href"})

    Links().feed(page)
    assert asked
    assert all(link.startswith("#") for link in asked)
    assert not re.search(r"url\(|@import", page)


def test_a_version_is_compared_with_the_accepted_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    (folder / "reports/data").mkdir(parents=True)
    Path("profile").rename("reports/data/profile.json")
    assert "80 train rows" in accept(folder)
    Path("previous").write_bytes(Path("data/frozen/profile.json").read_bytes())
    assert "changed" not in re.findall(r'tag \w*">(\w+)<', run(monkeypatch))
    write_rows(Path("train"), to_frame([*rows(20, "en", "Where"), *rows(60, "zh", "在哪")]))
    assert "changed" in re.findall(r'tag \w*">(\w+)<', run(monkeypatch))
    assert "profile: lang changed (PSI" in capsys.readouterr().out


def test_before_any_profile_there_is_nothing_to_accept(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="`dvc repro profile` makes it"):
        accept(tmp_path)
