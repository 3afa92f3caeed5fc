"""One look at a folder, as the flow runs it: what is seen, what waits, what is handed over."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.tiny import chat_row
from tests.tunesmith.monitor.texts import EN, EN_ELSE, both, questions
from tunesmith.augmenters.feedback import read_rounds, round_name
from tunesmith.dials import Dials
from tunesmith.files import write_jsonl
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.monitor import MonitorParams
from tunesmith.monitor.history import has_news, record
from tunesmith.monitor.look import as_feedback
from tunesmith.monitor.look import look as find
from tunesmith.rows import Row, to_frame, write_rows
from tunesmith.stage import Paths

PARAMS: dict[str, Any] = {
    "seed": 0,
    "clean": {"steps": [{"kind": "pii", "action": "mask"}]},
    "predict": {"max_new_tokens": 2},
    "evaluate": {"metrics": ["exact_match"], "resamples": 100},
    "gate": {"metric": "exact_match"},
    "monitor": {"min_rows": 20, "limits": {"embedding": None}},
}
PATHS = Paths(
    train=Path("train.parquet"),
    champion=Path("champion"),
    metrics=Path("metrics.json"),
    pointer=Path("champion.json"),
    feedback=Path("feedback"),
    looks=Path("looks.jsonl"),
)


@pytest.fixture
def project(tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a look reads; the champion is right in four of five test rows."""
    monkeypatch.chdir(tmp_path)
    dials({})
    made = {"parent": "row-0", "op": "eda"}  # an augmenter's row is not what people ask
    write_rows(
        Path("train.parquet"),
        to_frame(
            [
                *(chat_row(k, text, "Yes.") for k, text in enumerate(both(200, 0))),
                *(chat_row(k + 500, text, "No.", **made) for k, text in enumerate(["x"] * 300)),
            ]
        ),
    )
    resolve(BaseParams(model=str(tiny_base))).write(Path("champion"))
    score = {"value": 0.8, "low": 0.75, "high": 0.84}
    Path("metrics.json").write_text(json.dumps({"champion": {"exact_match": score}}))
    Path("champion.json").write_text('{"tag": "adapter@v0.1.0", "model": "models/sft"}')
    Path("feedback").mkdir()
    return tmp_path


def dials(changes: dict[str, Any]) -> None:
    with Path("params.yaml").open("w") as file:
        YAML(typ="safe").dump({**PARAMS, **changes}, file)


def ask(name: str, texts: list[str], answer: str | None = None) -> None:
    path = Path("data/incoming") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = {} if answer is None else {"completion": answer}
    lines = [json.dumps({"prompt": text, **beside}, ensure_ascii=False) for text in texts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def look() -> tuple[dict[str, Any], list[Row]]:
    """Return what a look found, and the rows that it hands over."""
    return find(PATHS, MonitorParams.read("monitor"), 0)


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {side["name"]: side["level"] for side in found["sides"]}


def test_a_file_is_looked_at_once_and_few_rows_wait(project: Path) -> None:
    assert not has_news(MonitorParams(), PATHS.looks)
    ask("asked/1.jsonl", both(100, 1))
    assert has_news(MonitorParams(), PATHS.looks)
    found, learn = look()
    assert set(levels(found).values()) == {"steady"}
    assert list(found["files"]) == ["asked/1.jsonl"]
    assert (found["model"], found["waiting"], learn) == ("adapter@v0.1.0", {}, [])
    record(found, Path("looks.jsonl"), Path("history.csv"))
    assert not has_news(MonitorParams(), PATHS.looks)
    ask("asked/2.jsonl", both(5, 2))
    found, _ = look()
    assert (found["files"], found["sides"], found["waiting"]) == ({}, [], {"asked": 10})
    ask("asked/3.jsonl", questions(EN_ELSE, 60, 3))
    found, _ = look()
    assert list(found["files"]) == ["asked/2.jsonl", "asked/3.jsonl"]
    assert levels(found)["words (en)"] == "crossed"


def test_the_champion_is_asked_first_and_then_the_rows_are_handed_over_once(project: Path) -> None:
    ask("answered/1.jsonl", [*questions(EN, 29, 1), "Write to anna@example.org"], "In the post.")
    ask("answered/2.jsonl", questions(EN, 5, 1), "Waiting for nobody.")
    found, learn = look()
    assert levels(found) == {"score (exact_match)": "crossed"}
    assert len(learn) == 35
    assert not any("anna@" in json.dumps(row) for row in learn)
    record(found, Path("looks.jsonl"), Path("history.csv"))
    write_jsonl(Path("round.jsonl"), [as_feedback(row) for row in learn])
    taken = Path("feedback") / round_name(1, Path("round.jsonl"))
    Path("round.jsonl").rename(taken)
    [first] = read_rounds(Path("feedback"))
    assert {row["split"] for row in first.rows} == {"train"}

    ask("answered/3.jsonl", questions(EN, 20, 4), "In the post.")
    ask("asked/1.jsonl", both(100, 1))
    found, learn = look()
    assert len(learn) == 20, "what a round holds is not handed over again"


def test_rows_that_wait_are_not_learned_from_before_the_champion_was_asked(project: Path) -> None:
    ask("answered/1.jsonl", questions(EN, 5, 1), "In the post.")
    ask("asked/1.jsonl", questions(EN_ELSE, 60, 3))
    found, learn = look()
    assert levels(found)["words (en)"] == "crossed"
    assert (found["waiting"], learn) == ({"answered": 5}, [])


def test_unwatched_scores_still_let_answered_rows_be_learned_from(project: Path) -> None:
    dials({"monitor": {"min_rows": 20, "limits": {"embedding": None, "score": None}}})
    ask("answered/1.jsonl", questions(EN, 25, 1), "In the post.")
    found, learn = look()
    assert (list(found["files"]), found["sides"], learn) == (["answered/1.jsonl"], [], [])
    record(found, Path("looks.jsonl"), Path("history.csv"))
    ask("asked/1.jsonl", questions(EN_ELSE, 60, 3))
    assert len(look()[1]) == 25


def test_the_section_of_the_project_is_what_it_is_without_one(root: Path) -> None:
    assert Dials.read(path=root / "params.yaml").monitor == MonitorParams()
