"""Reading tests: what is wrong is named with file, line, key and way out."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.behaviour.writing import written
from tunesmith.behaviour.perturbations import PERTURBATIONS
from tunesmith.behaviour.read import read_tests
from tunesmith.errors import UserError
from tunesmith.rows import write_rows

ROOT = Path(__file__).resolve().parents[3]
MFT = {
    "test": "t",
    "kind": "MFT",
    "capability": "Copying",
    "prompt": "Hi",
    "expect": {"json": True},
}
INV = {"test": "t", "kind": "INV", "capability": "Robustness", "from": "test", "perturb": ["typo"]}
SLOTS = {
    **{key: MFT[key] for key in ("test", "kind", "capability")},
    "template": "Order {order}",
    "fill": {"order": ["1", "2"]},
    "expect": {"contains": ["{order}"]},
}


VARIED = {
    **{**SLOTS, "kind": "DIR"},
    **{"vary": ["order"], "expect": {"contains": ["{order}"], "changes": True}},
}


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({**MFT, "kind": "MTF"}, "kind 'MTF'; known: MFT .* INV .* DIR"),
        ({k: v for k, v in MFT.items() if k != "kind"}, "no kind; known: MFT"),
        ({**MFT, "expects": {}}, 'unknown key "expects"; did you mean "expect"'),
        ({**MFT, "expect": {}}, "expect: nothing is expected; give one or more of label"),
        ({**MFT, "expect": {"contain": ["7"]}}, 'unknown key "contain"; did you mean "contains"'),
        ({**MFT, "expect": {"matches": "("}}, "expect.matches: not a regular expression"),
        ({**MFT, "expect": {"contains": [" "]}}, "an empty phrase is in every answer"),
        ({k: v for k, v in MFT.items() if k != "expect"}, "expect: say what the answer must be"),
        ({**MFT, "prompt": ""}, "an empty prompt asks nothing"),
        ({**MFT, "prompt": [{"role": "assistant", "content": "Hi"}]}, "the last message"),
        (
            {**MFT, "cases": [{"prompt": "a"}]},
            "exactly one of prompt, cases, template, from; here: prompt",
        ),
        ({**MFT, "fill": {"a": ["b"]}}, "only a template has slots"),
        ({**MFT, "where": {"language": "en"}}, 'where: no field "language"; known: task'),
        ({**SLOTS, "fill": {}}, 'no fill for the slot "order"'),
        ({**SLOTS, "fill": {"order": []}}, 'nothing to put in the slot "order"'),
        ({**SLOTS, "expect": {"equals": "{city}"}}, 'no fill for the slot "city"; fill has: order'),
        ({**SLOTS, "expect": {"equals": "{order.n}"}}, 'has no "order.n"'),
        ({**SLOTS, "fill": {"order": ["1"], "name": "names"}}, 'fill: no "{name}" in the template'),
        ({**SLOTS, "expect": {"likely": {"of": "{mood}", "at_least": 0.5}}}, 'the slot "mood"'),
        ({**SLOTS, "expect": {"matches": "{order}"}}, "matches: a pattern is not filled"),
        ({**VARIED, "only_if": {"contains": ["{city}"]}}, 'no fill for the slot "city"'),
        ({**VARIED, "only_if": {"label_in": ["{city}"]}}, 'no fill for the slot "city"'),
        (
            {
                **VARIED,
                "fill": {"order": ["1", "2"], "city": ["a", "b"]},
                "vary": ["city"],
                "expect": {"contains": ["{city}"]},
            },
            'vary: no "{city}" in the template, so its variants would be the same',
        ),
        ({**INV, "perturb": ["tpyo"]}, 'no perturbation "tpyo"; known: case, code_switch'),
        ({**INV, "perturb": ["negation"]}, "changes the meaning; test it with kind DIR"),
        ({**INV, "perturb": []}, "no variant: give perturb, variants, or vary"),
        ({**INV, "variants": ["x"]}, "they belong to `prompt`"),
        (
            {**MFT, "kind": "INV", "expect": None, "variants": ["Hi"]},
            'unknown key "expect"',
        ),
        (
            {k: v for k, v in {**MFT, "kind": "INV", "variants": ["Hi"]}.items() if k != "expect"},
            "variants: 'Hi' is the prompt itself",
        ),
        (
            {**INV, "kind": "DIR", "expect": {"carries_swap": True}},
            "carries_swap: only names, numbers, places swap",
        ),
        ({**INV, "same": "answer", "tolerance": 0.1}, "only labels have probabilities"),
        ({**INV, "vary": ["city"]}, 'vary: no slot "city" in fill; fill has: none'),
        ({**INV, "perturb": "typo"}, r'perturb: a list is wanted: \["typo"\]'),
        ({**MFT, "expect": {"contains": "7天"}}, r'expect.contains: a list is wanted: \["7天"\]'),
        ({**SLOTS, "fill": {"order": "name"}}, r'2: fill.order: a list is wanted: \["name"\]\n'),
        (
            {**SLOTS, "fill": {"order": "name"}},
            "2: fill.order: Input should be 'names' or 'places'",
        ),
        ({**INV, "kind": "DIR"}, "expect: say how the answer must change"),
        (
            {**INV, "kind": "DIR", "expect": {"probability": {"moves": "left"}}},
            "moves: Input should",
        ),
        ({"checklist": "c.gz", "labels": {}, "label": {}}, 'unknown key "label"; did you mean'),
        ({"checklist": "c.gz", "labels": {}}, "checklist: no such file"),
        (["a list"], "not a JSON object; one object on one line"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, test: Any, message: str) -> None:
    folder = written(tmp_path, {**MFT, "test": "fine"}, test)
    with pytest.raises(UserError, match=message) as caught:
        read_tests(folder, 0)
    assert "ours.jsonl:2" in str(caught.value)


def test_a_line_that_is_no_json_is_named_with_its_column(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"test": }\n', encoding="utf-8")
    with pytest.raises(
        UserError, match=r"a\.jsonl:2: not JSON: .* at column 10; one object on one"
    ):
        read_tests(tmp_path, 0)


def test_a_name_that_two_tests_have_is_refused(tmp_path: Path) -> None:
    written(tmp_path, MFT, name="a.jsonl")
    written(tmp_path, INV, name="b.jsonl")
    with pytest.raises(UserError, match=r'b\.jsonl:1: a test "t" is in a\.jsonl:1 already'):
        read_tests(tmp_path, 0)


def test_a_name_that_two_cases_have_is_refused(tmp_path: Path) -> None:
    cases = [{"prompt": "a", "name": "2"}, {"prompt": "b"}]
    test = {**{k: v for k, v in MFT.items() if k != "prompt"}, "cases": cases}
    with pytest.raises(UserError, match="two have the same name"):
        read_tests(written(tmp_path, test), 0)


@pytest.mark.parametrize("name", ["tests.yaml", "tests.jsonl.gz", "tests.json"])
def test_a_file_that_would_not_be_read_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match=f"{name}: not read; tests are JSON objects, one a line"):
        read_tests(tmp_path, 0)


def test_what_may_lie_beside_is_passed_over(tmp_path: Path) -> None:
    for name in ("README.md", ".gitkeep", "big.jsonl.dvc"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "checklist").mkdir()
    assert read_tests(tmp_path, 0).tests == []


@pytest.mark.parametrize("page", ["docs/behaviour.md", "data/behaviour/README.md"])
def test_the_examples_of_the_pages_are_tests(tmp_path: Path, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith('{"test"')]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert len(read_tests(tmp_path, 0).tests) == len(lines) >= 3


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/behaviour.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "data/behaviour").mkdir(parents=True)
    (tmp_path / "data/splits").mkdir()
    written(tmp_path / "data/behaviour", INV, MFT | {"test": "json"})
    rows = pd.DataFrame([plain_chat(1, "Where is it?", "Here.")])
    write_rows(tmp_path / "data/splits/test.parquet", rows)
    monkeypatch.chdir(tmp_path)
    values: dict[str, Any] = {}
    exec(code, values)
    assert values["found"].cases == {"t": 1, "json": 1}
    assert values["worse"] == []


def test_every_perturbation_has_its_line_in_the_page() -> None:
    page = (ROOT / "docs/behaviour.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    named = {name for cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert set(PERTURBATIONS) <= named


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder; an empty one will do"):
        read_tests(tmp_path / "none", 0)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes("{“}".encode("gb18030"))
    with pytest.raises(UserError, match=r"a\.jsonl:1: not UTF-8 at byte 1"):
        read_tests(tmp_path, 0)
