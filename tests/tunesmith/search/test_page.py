"""The page of a study: well-formed, escaped, the same for the same trials."""

import re
import xml.etree.ElementTree as ET
from typing import Any

from optuna.storages import InMemoryStorage

from tunesmith.search import study
from tunesmith.search.curve import Point
from tunesmith.search.findings import findings_of
from tunesmith.search.page import render
from tunesmith.search.params import SearchParams

SEARCH = SearchParams.model_validate(
    {
        "trials": 9,
        "space": {
            "phases.sft.learning_rate": {"kind": "log", "low": 0.001, "high": 1.0},
            "phases.sft.schedule": {"kind": "choice", "of": ["cosine", "<b>linear</b>"]},
        },
    }
)


def found(trials: int) -> dict[str, Any]:
    opened = study.open_study(InMemoryStorage(), "demo", "minimize")
    study.begin(opened, SEARCH, 0, {})
    for number in range(trials):
        given = study.next_trial(opened, SEARCH, 0, "here", set())
        dials = study.dials_of(given, SEARCH)
        study.is_behind(given, Point(50, 2.0))
        why = "disk <full>" if number == 1 else ""
        study.tell(
            opened, given, None if why else float(dials["phases.sft.learning_rate"]), False, why
        )
    return findings_of(opened, "sft", "loss", 0)


def test_a_page_holds_every_trial_and_escapes_what_it_prints() -> None:
    page = render(found(6), SEARCH)
    assert page.count('<th scope="row">') == 6
    assert "disk &lt;full&gt;" in page
    assert "<b>linear" not in page
    assert "<script" not in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ET.fromstring(svg)


def test_the_same_trials_give_the_same_bytes() -> None:
    assert render(found(6), SEARCH) == render(found(6), SEARCH)


def test_a_study_without_trials_says_so() -> None:
    page = render(found(0), SEARCH)
    assert "No trial has come to its end yet." in page
    assert "Too few trials" in page


def test_one_trial_is_drawn_too() -> None:
    assert page_has_charts(render(found(1), SEARCH))


def page_has_charts(page: str) -> bool:
    return page.count('class="chart"') >= 3
