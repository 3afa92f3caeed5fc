"""Data Docs: rendered by Great Expectations, readable offline, without markup from the data."""

from html.parser import HTMLParser
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tests.tunesmith.expectations.evidence import evidence_of
from tunesmith.expectations import ValidateParams
from tunesmith.expectations.run import evaluate
from tunesmith.report.data_docs import render_data_docs
from tunesmith.rows import Row

FETCHED = {"src", "href", "srcset", "data", "action", "poster", "background", "style", "content"}
ADDRESS = "https://example.com/x.png"
EVIL = f"<img src={ADDRESS}><script>alert(1)</script>"


class Page(HTMLParser):
    """Notes tags, text, and every attribute that could make a browser fetch something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [v or "" for k, v in attrs if k in FETCHED and "//" in (v or "")]

    def handle_data(self, data: str) -> None:
        self.text += data


def docs(rows: list[Row], *checks: dict[str, Any]) -> str:
    params = ValidateParams.model_validate({"expectations": list(checks)})
    findings = evaluate(list(params.expectations), evidence_of(rows))
    return render_data_docs("clean", [finding.result for finding in findings])


ROWS = [
    plain_chat(1, "q", "a", lang=EVIL, meta='{"mail": "wang.li@example.com", "n": 1}'),
    plain_label(2, "文", "标", lang="zh", meta='{"n": 2}'),
]
CHECKS: list[dict[str, Any]] = [
    {"kind": "answer_present"},
    {"kind": "roles_alternate"},
    {"kind": "language_in", "values": ["zh"]},
    {"kind": "share", "field": "lang", "value": EVIL, "between": [0.9, 1]},
    {"kind": "length_quantiles", "unit": "characters", "between": {0.5: [None, 0.1]}},
    {"kind": "rows_at_least", "n": 3},
    {"kind": "trained_tokens"},  # there is no base model here
    {"kind": "gx", "expectation": "ExpectColumnValuesToMatchRegex", "column": "meta.mail",
     "regex": "^<b>x</b>$"},
    {"kind": "gx", "expectation": "ExpectColumnDistinctValuesToBeInSet", "column": "lang",
     "value_set": ["<i>en</i>"]},
    {"kind": "gx", "expectation": "ExpectColumnMostCommonValueToBeInSet", "column": "lang",
     "value_set": ["en"]},
    {"kind": "gx", "expectation": "ExpectColumnKLDivergenceToBeLessThan", "column": "label",
     "partition_object": {"values": ["a", "标"], "weights": [0.5, 0.5]}, "threshold": 0.1},
]  # fmt: skip


@pytest.fixture(scope="module")
def html() -> str:
    return docs(ROWS, *CHECKS)


def test_nothing_of_the_page_is_fetched_and_nothing_runs(html: str) -> None:
    page = Page(html)
    assert page.fetched == []
    assert page.tags & {"script", "link", "img", "iframe", "object", "embed", "form"} == set()
    assert "default-src 'none'" in html
    assert "@import" not in html
    assert "url(" not in html


def test_markup_in_values_rules_and_names_is_shown_as_text(html: str) -> None:
    page = Page(html)
    assert page.tags & {"b"} == set()
    assert page.text.count("<script>alert(1)</script>") >= 3
    assert "&amp;lt;" not in html


def test_every_expectation_is_on_the_page_with_its_outcome(html: str) -> None:
    text = Page(html).text
    assert "Must have greater than or equal to" in " ".join(text.split())
    assert "dvc repro base" in text  # why tokens could not be counted
    assert html.count("fa-check-circle") + html.count("fa-times") >= len(CHECKS) - 1
    assert "An unexpected Exception occurred" not in text


def test_personal_data_and_paths_of_this_machine_stay_out(html: str) -> None:
    assert "wang.li" not in html
    assert "site-packages" not in html


def test_the_same_results_give_the_same_bytes(html: str) -> None:
    assert docs(ROWS, *CHECKS) == html


def test_a_page_does_not_grow_with_the_rows_that_fail() -> None:
    sizes = [
        len(docs([plain_chat(k, "q", "", lang=f"l{k}") for k in range(n)], *CHECKS[:3]))
        for n in (200, 2000)
    ]
    assert sizes[1] < sizes[0] + 200
