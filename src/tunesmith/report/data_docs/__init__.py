"""Data Docs: a suite's results as Great Expectations renders them, on one page that opens offline.

Its own page loads fourteen files from other hosts and a picture that tells when it is viewed. Here
its renderers fill a page of ours, whose style sheet is inline and which may fetch nothing. They
put failing values into the page as they are, so that these are escaped before.
"""

from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from tunesmith.report.page import style
from tunesmith.rows import map_json

FOLDER = Path(__file__).parent


def render_data_docs(suite: str, records: list[dict[str, Any]]) -> str:
    """Return the page of one run of a suite; the same records give the same bytes.

    Args:
        suite: its name.
        records: a result for each expectation, as Great Expectations writes it to JSON, already
            without personal data.
    """
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResultSchema,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    results = [ExpectationValidationResultSchema().load(_escaped(record)) for record in records]
    passed = sum(bool(result.success) for result in results)
    run = ExpectationSuiteValidationResult(
        suite_name=suite,
        success=passed == len(results),
        results=results,
        suite_parameters={},
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": 100 * passed / len(results) if results else None,
        },
        meta={"run_id": {"run_name": suite, "run_time": None}},
    )
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(run)
    del document.sections[0].content_blocks[0]  # a heading that links to a page of the full site
    del document.sections[-1]  # when and where it ran
    sheet = style() + (FOLDER / "page.css").read_text(encoding="utf-8")
    return str(_page().render(document, style=sheet))


def _escaped(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose values and column, which becomes a heading, hold no markup."""
    config = record["expectation_config"]
    kwargs = {
        key: escape(value) if key == "column" else value for key, value in config["kwargs"].items()
    }
    return {
        **record,
        "result": map_json(record["result"], escape),
        "expectation_config": {**config, "kwargs": kwargs},
    }


def _page() -> Any:
    """Return the view that puts what Great Expectations rendered into our page."""
    from great_expectations.render.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    view = DefaultJinjaPageView()
    view.env.loader = ChoiceLoader([FileSystemLoader(FOLDER), view.env.loader])
    numbers = count(1)
    view.env.filters["generate_html_element_uuid"] = lambda prefix: f"{prefix}{next(numbers)}"
    return view
