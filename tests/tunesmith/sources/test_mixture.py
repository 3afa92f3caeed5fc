"""Sources in shares: how many rows of each, which, and that nothing goes unsaid."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.collect import collect
from tests.tunesmith.sources.reading import whole
from tunesmith.errors import UserError
from tunesmith.sources.file import FileSource
from tunesmith.sources.mixture import MixtureSource, Part
from tunesmith.sources.sql import SqlSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count in (("a", 80), ("b", 30)):
        lines = [json.dumps({"prompt": f"{name}{k}?", "completion": "Yes."}) for k in range(count)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def mixture(a: float, b: float, rows: int | None = None, seed: int = 0) -> MixtureSource:
    parts = [
        Part(weight=a, source=FileSource(path="a.jsonl", lang="en", licence="MIT")),
        Part(weight=b, source=FileSource(path="b.jsonl", lang="en", licence="CC0-1.0")),
    ]
    return MixtureSource(parts=parts, rows=rows, seed=seed)


def taken(source: MixtureSource, folder: Path) -> list[list[int]]:
    return [[line for line, _ in whole(batch).records] for batch in source.batches(folder)]


@pytest.mark.parametrize(
    ("weights", "rows", "sizes"),
    [
        ((1, 1), None, [30, 30]),
        ((3, 1), None, [80, 27]),
        ((3, 1), 40, [30, 10]),
        ((1, 1), 1000, [80, 30]),
    ],
)
def test_the_weights_decide_how_many_rows_each_part_gives(
    folder: Path, weights: tuple[float, float], rows: int | None, sizes: list[int]
) -> None:
    assert [len(lines) for lines in taken(mixture(*weights, rows), folder)] == sizes


def test_a_draw_repeats_and_depends_on_the_seed(folder: Path) -> None:
    assert taken(mixture(1, 1, 20), folder) == taken(mixture(1, 1, 20), folder)
    assert taken(mixture(1, 1, 20), folder) != taken(mixture(1, 1, 20, seed=1), folder)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 40))
def test_a_larger_mixture_holds_the_rows_of_a_smaller_one(rows: int, more: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        for part in "ab":
            (path / f"{part}.jsonl").write_text('{"text": "x"}\n' * 60)
        small, large = (taken(mixture(1, 1, count), path) for count in (rows, rows + more))
    assert all(set(few) <= set(many) for few, many in zip(small, large, strict=True))
    assert all(lines == sorted(lines) for lines in large)


def test_each_row_keeps_the_options_of_its_part_and_the_manifest_says_what_was_drawn(
    folder: Path,
) -> None:
    found = collect(folder, [mixture(3, 1, 40)])
    assert [entry["licences"] for entry in found.entries] == [{"MIT": 30}, {"CC0-1.0": 10}]
    assert [entry["drawn_from"] for entry in found.entries] == [80, 30]


def test_a_file_of_which_no_row_is_drawn_is_no_error(folder: Path) -> None:
    (folder / "few").mkdir()
    for name in "abcd":
        (folder / "few" / f"{name}.jsonl").write_text('{"prompt": "x?", "completion": "y"}\n')
    few = Part(weight=1, source=FileSource(path="few", lang="en"))
    many = Part(weight=1, source=FileSource(path="a.jsonl", lang="en"))
    found = collect(folder, [MixtureSource(parts=[few, many], rows=4)])
    assert [entry["rows"] for entry in found.entries].count(0) == 2
    assert len(found.rows) == 4


def test_a_source_that_gives_other_rows_the_second_time_is_refused(folder: Path) -> None:
    url = f"sqlite:///{folder / 'shop.db'}"
    source = SqlSource(name="dice", url=url, query="SELECT random() AS text ORDER BY 1")
    parts = [Part(source=source), Part(source=FileSource(path="a.jsonl"))]
    with pytest.raises(UserError, match="dice: changed while it was read"):
        [whole(batch) for batch in MixtureSource(parts=parts).batches(folder)]
