"""Files beside the tables that hold a row."""

from pathlib import Path

from tunesmith.lineage.mentions import mentions

PLACES = ("data/incoming", "data/reviews/decisions.jsonl", "data/ratings")


def put(root: Path, name: str, text: str) -> None:
    """Write a file of a project."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def test_a_file_is_found_by_an_id_in_it_or_by_its_own_name(tmp_path: Path) -> None:
    put(tmp_path, "data/reviews/decisions.jsonl", '{"note": "好"}\n{"row": "a1b2"}\n')
    put(tmp_path, "data/incoming/answered/中文.jsonl", '{"prompt": "问", "completion": "答"}\n')
    put(tmp_path, "data/incoming/answered/x中文.jsonl", "{}\n")
    put(tmp_path, "src/a1b2.py", "a1b2")
    found = [str(path) for path in mentions(tmp_path, PLACES, ["中文.jsonl:7"], ["a1b2", ""])]
    assert found == ["data/incoming/answered/中文.jsonl", "data/reviews/decisions.jsonl"]


def test_nothing_is_found_where_nothing_lies(tmp_path: Path) -> None:
    assert mentions(tmp_path, PLACES, ["a.jsonl"], ["a1"]) == []
