"""Renders the one HTML page: no script, no outside request, everything escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tunesmith.report import (
    ReportParams,
    action_view,
    adapter_view,
    behaviour_view,
    curve_view,
    data_view,
    failure_view,
    glance_view,
    judge_view,
    matrix_view,
    origin_view,
    score_view,
    sequence_view,
    set_view,
    verdict_view,
)
from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.words import model_name

FOLDER = Path(__file__).parent


def render_page(evidence: Evidence, params: ReportParams) -> str:
    """Return the page; the same evidence gives the same bytes."""
    return rendered("page.html", page_context(evidence, params))


def rendered(template: str, context: Tree, folder: Path = FOLDER) -> str:
    """Return a page with the style of all pages, and with everything in the context escaped.

    Args:
        template: its name; it extends `_document.html`.
        context: what it shows.
        folder: of the template.
    """
    templates = Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template(template).render(context, style=style())


def style() -> str:
    """Return the style sheet that all pages share."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")


def page_context(evidence: Evidence, params: ReportParams) -> Tree:
    """Return everything that the templates show."""
    languages, splits = data_view.split_table(evidence)
    return {
        "title": params.title,
        "titles": {name: one["title"] for name, one in evidence.metrics["about"].items()},
        "verdict": evidence.verdict,
        "checks": verdict_view.check_table(evidence),
        "glance": glance_view.glance(evidence),
        "candidate": evidence.candidate,
        "base_model": model_name(str(evidence.base.get("model", ""))),
        "method": origin_view.method_words(evidence),
        "confidence": f"{evidence.comparisons['confidence']:.0%}",
        "panels": score_view.metric_panels(evidence),
        "score_table": score_view.score_table(evidence),
        "comparison": score_view.comparison_table(evidence),
        "gate_slices": score_view.slice_comparisons(evidence, evidence.verdict["metric"]),
        "ood": set_view.ood_table(evidence),
        "retention": set_view.retention_table(evidence),
        "unasked_sets": evidence.exam.get("left_out", {}),
        "sequence": sequence_view.sequence(evidence),
        "behaviour": behaviour_view.group_table(evidence),
        "behaviour_kinds": behaviour_view.KINDS,
        "asked_tests": behaviour_view.asked_tests(evidence),
        "failing_tests": behaviour_view.failing_tests(evidence),
        "behaviour_left_out": behaviour_view.left_out(evidence),
        "judge": judge_view.judge_table(evidence),
        "judge_signature": judge_view.signature(evidence),
        "flow": data_view.row_flow(evidence),
        "sources": data_view.source_table(evidence),
        "drops": data_view.drop_table(evidence),
        "changed": data_view.changed_table(evidence),
        "languages": languages,
        "splits": splits,
        "expectations": data_view.expectation_table(evidence),
        "curves": curve_view.curve_charts(evidence),
        "adapters": adapter_view.adapters(evidence),
        "findings": evidence.findings,
        "slices": failure_view.slice_table(evidence),
        "actions": action_view.actions(evidence),
        "suspects": action_view.suspects(evidence),
        "surest": action_view.surest(evidence),
        "matrices": matrix_view.matrices(evidence),
        "error_types": failure_view.error_table(evidence),
        "confusions": failure_view.confusion_table(evidence),
        "clusters": failure_view.cluster_table(evidence),
        "examples": failure_view.examples(evidence, params.examples),
        "hardest": failure_view.hardest(evidence),
        "costs": origin_view.cost_table(evidence),
        "provenance": origin_view.provenance(evidence),
        "settings": origin_view.settings(evidence),
    }
