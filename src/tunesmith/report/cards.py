"""The model card and the data card: Markdown with the front matter that the hub reads."""

import io
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tunesmith.report import (
    ReportParams,
    behaviour_view,
    data_view,
    failure_view,
    origin_view,
    score_view,
    set_view,
)
from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.page import FOLDER
from tunesmith.report.words import count, model_name

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # every renderer shows these as text
SPECIAL = str.maketrans({**{char: f"\\{char}" for char in "\\`*_[]|#~$"}, **ENTITIES})
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
MOSTLY = 0.5  # of the cases of a behavioural test
LICENCES = {"unknown": "other"}
WHOLE = ("full", "freeze")  # methods whose weights are a model of their own


def model_card(evidence: Evidence, params: ReportParams) -> str:
    """Return the model card; the same evidence gives the same bytes."""
    base = model_name(str(evidence.base["model"]))
    sets = [*set_view.ood_table(evidence), *set_view.retention_table(evidence)]
    behaviour = behaviour_view.group_table(evidence)
    context = {
        "front_matter": front_matter(_model_facts(evidence, params, base)),
        "title": params.title,
        "base": base,
        "candidate": evidence.candidate,
        "method": origin_view.method_words(evidence),
        "verdict": evidence.verdict,
        "models": score_view.MODELS,
        "scores": score_view.score_table(evidence),
        "comparison": score_view.comparison_table(evidence),
        "confidence": f"{evidence.comparisons['confidence']:.0%}",
        "other_sets": sets,
        "worse_sets": [one for one in sets if one["main"] and _is_worse(one["change"])],
        "behaviour": behaviour,
        "failing": [_failing(one) for one in behaviour if one["failed"] >= MOSTLY],
        "use": _use(evidence),
        "findings": evidence.findings,
        "slices": [one for one in failure_view.slice_table(evidence) if one["finding"]],
        "error_types": failure_view.error_table(evidence),
        "trained_rows": evidence.augment["rows"]["total"],
        "settings": origin_view.settings(evidence),
        "provenance": origin_view.provenance(evidence),
        "sources": data_view.source_table(evidence),
    }
    return _render("model_card.md", context)


def data_card(evidence: Evidence, params: ReportParams) -> str:
    """Return the data card; the same evidence gives the same bytes."""
    languages, splits = data_view.split_table(evidence)
    context = {
        "front_matter": front_matter(_data_facts(evidence)),
        "title": params.title,
        "sources": data_view.source_table(evidence),
        "flow": data_view.row_flow(evidence),
        "drops": data_view.drop_table(evidence),
        "changed": data_view.changed_table(evidence),
        "languages": languages,
        "splits": splits,
        "expectations": data_view.expectation_table(evidence),
        "augment": evidence.augment,
        "asked": [(name, count(rows)) for name, rows in evidence.exam["sets"].items()],
        "unasked": list(evidence.exam["left_out"].items()),
    }
    return _render("data_card.md", context)


def front_matter(facts: Tree) -> str:
    """Return facts as the YAML block at the head of a card."""
    from ruamel.yaml import YAML

    writer = YAML()
    writer.default_flow_style = False
    writer.width = 1000
    text = io.StringIO()
    writer.dump({key: facts[key] for key in sorted(facts)}, text)
    return f"---\n{text.getvalue()}---"


def _model_facts(evidence: Evidence, params: ReportParams, base: str) -> Tree:
    """Return what the hub reads of a model card; what the run does not know is left out.

    Source: https://huggingface.co/docs/hub/model-cards#model-card-metadata.
    """
    task = "text-classification" if _classifies(evidence) else "text-generation"
    kind = str(evidence.model.get("method", {}).get("kind", "base"))
    is_adapter = kind not in (*WHOLE, "base")
    facts: Tree = {
        "datasets": _hub_datasets(evidence),
        "language": _languages(evidence),
        "library_name": "peft" if is_adapter else "transformers",
        "license": (params.licence or "").lower(),
        "metrics": list(evidence.metrics["candidate"]),
        "pipeline_tag": task,
        "tags": ["tunesmith", kind],
        "model-index": [{"name": evidence.candidate, "results": _results(evidence, task)}],
    }
    if evidence.base.get("revision") and base.count("/") == 1:
        relation = {"base_model_relation": "adapter" if is_adapter else "finetune"}
        facts |= {"base_model": base, **(relation if kind != "base" else {})}
    return {key: value for key, value in facts.items() if value}


def _hub_datasets(evidence: Evidence) -> list[str]:
    """Return the ids (owner/name) of the sources that are data sets of the hub."""
    hub = (one["path"] for one in evidence.manifest["sources"] if one["kind"] == "hub")
    ids = {path.rsplit("/", 2)[0] for path in hub}  # behind it stand configuration and split
    return sorted(one for one in ids if one.count("/") == 1)


def _results(evidence: Evidence, task: str) -> list[Tree]:
    """Return the candidate's scores in the hub's form, one entry for each set."""
    metrics = evidence.metrics
    sets = {name: models["candidate"] for name, models in metrics["sets"].items()}
    return [
        _result(metrics["about"], name, scores, task)
        for name, scores in {"test": metrics["candidate"], **sets}.items()
    ]


def _result(about: Tree, name: str, scores: Tree, task: str) -> Tree:
    """Return the scores of one set."""
    return {
        "task": {"type": task},
        "dataset": {"name": f"{name} split" if name == "test" else name, "type": "own"},
        "metrics": [
            {"type": metric, "name": about[metric]["title"], "value": score["value"]}
            for metric, score in scores.items()
        ],
    }


def _use(evidence: Evidence) -> str:
    """Say what the model is for."""
    names = [score_view.LANGUAGES[lang] for lang in _languages(evidence)]
    what = "Gives labels to texts" if _classifies(evidence) else "Answers questions"
    return f"{what} in {' and '.join(names)}." if names else f"{what}."


def _is_worse(change: Tree | None) -> bool:
    """True where a set has a gap or a change, and it is for the worse."""
    return change is not None and change["kind"] == "worse"


def _failing(line: Tree) -> Tree:
    """Return a line of the behavioural tests with the candidate's failure rate."""
    return {**line, "value": line["cells"][-1]["value"]}


def _data_facts(evidence: Evidence) -> Tree:
    """Return what the hub reads of a data card."""
    rows = evidence.clean["rows"]["kept"]
    licences = {name for source in evidence.manifest["sources"] for name in source["licences"]}
    task = "text-classification" if _classifies(evidence) else "text-generation"
    return {
        "language": _languages(evidence),
        "license": sorted({LICENCES.get(name, name).lower() for name in licences}),
        "size_categories": [next((name for most, name in SIZES if rows < most), "n>1M")],
        "task_categories": [task],
    }


def _classifies(evidence: Evidence) -> bool:
    """True when the model gives labels."""
    return bool(evidence.findings["task"] == "classification")


def _languages(evidence: Evidence) -> list[str]:
    """Return the languages of the kept rows that have a code."""
    return [lang for lang in sorted(evidence.clean["languages"]["kept"]) if lang in ("en", "zh")]


def _render(name: str, context: Tree) -> str:
    """Fill a Markdown template; what users wrote is escaped by the filter `md`."""
    templates = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=False,  # noqa: S701 (Markdown; the filter `md` escapes)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["md"] = escaped
    return templates.get_template(name).render(context)


def escaped(value: Any) -> str:
    """Return a value as Markdown text in one line: no markup, no HTML, no end of a table cell."""
    return " ".join(str(value).split()).translate(SPECIAL)
