"""Evidence for the report: made-up answers through the real evaluation, analysis and gate."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from stages.analyze import analyze
from tests.evaluation import label_rows, predictions, shop_rows
from tests.plain_rows import plain_chat
from tunesmith.analysis import AnalyzeParams
from tunesmith.behaviour.expand import Expanded, behaviour_rows
from tunesmith.evaluation.run import evaluate
from tunesmith.exam import ExamParams
from tunesmith.exam.assemble import Exam, assemble
from tunesmith.gate import GateParams
from tunesmith.gate.decide import decide
from tunesmith.judge.verdicts import Verdicts
from tunesmith.metrics.params import EvaluateParams
from tunesmith.profile import ProfileParams
from tunesmith.profile.drift import drift
from tunesmith.profile.measure import profile_of
from tunesmith.report.data_page import DataReport
from tunesmith.report.evidence import Evidence
from tunesmith.rows import Row, to_frame, to_rows
from tunesmith.sequence import SequenceParams
from tunesmith.sequence.measure import measure_sequence

LANGS = {"en": 60, "zh": 60}
TESTS = (
    {
        "test": "capitals change nothing",
        "kind": "INV",
        "capability": "Robustness",
        "cases": [
            {"prompt": f"Where is tent {k}?", "variants": [f"WHERE is tent {k}?"]} for k in range(6)
        ],
        "same": "answer",
    },
    {
        "test": "订单号要说出来",
        "kind": "MFT",
        "capability": "Copying",
        "lang": "zh",
        "template": "订单{number}在哪里？",
        "fill": {"number": ["17", "18", "19"]},
        "expect": {"contains": ["{number}"]},
    },
    {
        "test": "labels <only>",
        "kind": "MFT",
        "capability": "Vocabulary",
        "task": "classification",
        "template": "{word}",
        "fill": {"word": ["good"]},
        "expect": {"label": "pos"},
    },
)


def evidence(rows: pd.DataFrame | None = None, **changes: Any) -> Evidence:
    """Return evidence of a chat model, or of a classifier when the rows are labelled."""
    rows = shop_rows() if rows is None else rows
    classification = rows["task"].iloc[0] == "classification"
    names = (
        ["accuracy", "macro_f1"]
        if classification
        else ["exact_match", "rouge_l", "bleu", "logprob"]
    )
    answers = {
        "base": predictions(rows, 0.1, 0),
        "candidate": predictions(rows, 0.8, 1),
        "champion": predictions(rows, 0.4, 2),
    }
    return found_in(rows, answers, names, Exam(to_rows(rows), {}, Expanded()), **changes)


def whole_evidence(**changes: Any) -> Evidence:
    """Return evidence of a chat model that was asked sets of every sort, and judged."""
    exam = whole_exam()
    rows = to_frame(exam.rows)
    asked = to_frame(_answered(row) for row in exam.rows)
    answers = {
        "base": predictions(asked, 0.1, 0),
        "candidate": predictions(asked, 0.7, 1),
        "champion": predictions(asked, 0.4, 2),
    }
    found = found_in(rows, answers, ["exact_match", "rouge_l"], exam, **changes)
    found.metrics["judge"] = {model: judged(wins) for wins, model in enumerate(answers)}
    return replace(found, sequence=sequence_of(rows, answers))


def sequence_of(rows: pd.DataFrame, answers: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what is left of English once Chinese was learnt, where the champion knew English."""
    steps = {"champion": "en", "candidate": "zh"}
    test = rows["split"].eq("test").to_numpy()
    own = {model: table[test].reset_index(drop=True) for model, table in answers.items()}
    params = SequenceParams(metric="exact_match", by="lang", steps=steps)
    return measure_sequence(rows[test].reset_index(drop=True), own, params, 0)


def text_beside_evidence() -> Evidence:
    """Return evidence of a chat model that was asked plain text from elsewhere too."""
    test = to_rows(shop_rows())
    prose = [plain_text(f"blog-{k}", "words of a blog", split="ood:blog") for k in range(12)]
    exam = assemble(test, prose, Expanded(), ExamParams(), 0, False)
    asked = to_frame(_answered(row) for row in exam.rows)
    answers = {
        model: predictions(asked, right, seed)
        for seed, (model, right) in enumerate(
            {"base": 0.1, "candidate": 0.7, "champion": 0.4}.items()
        )
    }
    return found_in(to_frame(exam.rows), answers, ["exact_match", "rouge_l"], exam)


def whole_exam() -> Exam:
    """Return test rows, a set from elsewhere, a retention set, behavioural tests, one left out."""
    test = to_rows(shop_rows())
    prose = [
        plain_text(f"prose-{k}", "words of a book", split="retention:prose") for k in range(12)
    ]
    beside = [*to_rows(shop_rows(40, "ood:far")), *prose, *_labelled()]
    with TemporaryDirectory() as folder:
        lines = [json.dumps(one, ensure_ascii=False) for one in TESTS]
        Path(folder, "ours.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        behaviour = behaviour_rows(Path(folder), test, "chat", 0)
    return assemble(test, beside, behaviour, ExamParams(), 0, False)


def plain_text(number: str, text: str, **more: Any) -> Row:
    """Return a row of plain text."""
    bare = {"task": "text", "prompt": None, "completion": None, "text": text}
    return {**plain_chat(number, "", ""), **bare, **more}


def _answered(row: Row) -> Row:
    """Return a row with a right answer: where there is none, the question or the text itself."""
    said = row["text"] or row["prompt"][-1]["content"]
    return {**row, "completion": row["completion"] or [{"role": "assistant", "content": said}]}


def _labelled() -> list[Row]:
    """Return rows of another task, which are left out."""
    return [{**row, "split": "ood:labels"} for row in to_rows(label_rows(3))]


def judged(wins: int) -> dict[str, Any]:
    """Return what a judge of four answers says, one of them the reference."""
    said = np.array([[1, 1]] * wins + [[1, -1]] + [[-1, -1]] * (2 - wins) + [[np.nan, np.nan]])
    same = np.array([False, False, False, True])
    return Verdicts(said, np.ones(4, dtype=bool), same).about() | {"counted": 2}


def found_in(
    rows: pd.DataFrame,
    answers: dict[str, pd.DataFrame],
    names: list[str],
    exam: Exam,
    **changes: Any,
) -> Evidence:
    """Return what evaluation, analysis and gate find in the answers to some rows."""
    classification = rows["task"].iloc[0] == "classification"
    scored = evaluate(
        rows, answers, EvaluateParams(metrics=names, slices=("lang",), resamples=200), 0
    )
    test = rows[rows["split"] == "test"].reset_index(drop=True)
    looked = AnalyzeParams(
        metric=names[0], slices=("label",) if classification else ("lang", "meta.topic")
    )
    candidate = answers["candidate"]
    analysis = analyze(test, shop_rows(40, "train"), scored.per_row, looked, 0, candidate)
    verdict = decide(
        scored.comparisons, scored.metrics, GateParams(metric=names[0]), scored.behaviour, {}
    )
    found = {
        "metrics": scored.metrics,
        "scores": as_lines(scored.scores),
        "comparisons": scored.comparisons,
        "behaviour": scored.behaviour,
        "exam": exam.summary(),
        "findings": analysis.findings,
        "slices": as_lines(analysis.slices),
        "hardest": analysis.hardest,
        "verdict": verdict.as_dict(),
    }
    return Evidence(**{**data_facts(), **model_facts(), **found, **changes})


def classifier_evidence() -> Evidence:
    """Return evidence of a classifier."""
    return evidence(label_rows())


def as_lines(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return a table as the report reads it from CSV."""
    text = table.astype(object).where(table.notna(), "")
    return [{key: str(value) for key, value in line.items()} for line in text.to_dict("records")]


def data_facts() -> dict[str, Any]:
    """Return what the data stages would have written."""
    source = {
        "path": "shop_zh.jsonl",
        "kind": "file",
        "sha256": "ab" * 32,
        "rows": 70,
        "quarantined": 2,
        "licences": {"Apache-2.0": 70},
        "languages": {"zh": 70},
    }
    return {
        "manifest": {
            "sources": [source, {**source, "path": "shop_en.jsonl", "languages": {"en": 70}}]
        },
        "clean": {
            "rows": {"in": 140, "kept": 120, "dropped": 20},
            "languages": {"in": {"en": 70, "zh": 70}, "kept": LANGS},
            "dropped": {"length": {"no answer": 12}, "language": {"language fr": 8}},
            "rewritten": {"pii": {"email": 3}},
            "flagged": {},
        },
        "split": {
            "rows": 120,
            "splits": {
                side: {"rows": 40, "lang": {"en": 20, "zh": 20}}
                for side in ("train", "validation", "test")
            },
            "dropped": 0,
            "dropped_by_reason": {},
        },
        "augment": {"rows": {"original": 40, "made": 6, "feedback": 2, "total": 48}},
        "validation": {
            "expectations": [
                {
                    "kind": "no_leak",
                    "status": "passed",
                    "checked": 48,
                    "failed": 0,
                    "severity": "critical",
                },
                {"kind": "language_in", "status": "not_evaluated", "checked": 0, "failed": 0},
            ]
        },
    }


def model_facts() -> dict[str, Any]:
    """Return what base, training and prediction would have written."""
    header = ("step", "epoch", "split", "loss", "learning_rate")
    lines = [
        ("1", "0.5", "train", "2.5", "0.1"),
        ("2", "1.0", "train", "1.5", "0.1"),
        ("2", "1.0", "validation", "1.6", ""),
    ]
    return {
        "curves": {"sft": [dict(zip(header, line, strict=True)) for line in lines]},
        "efficiency": {
            "train-sft": {
                "train_seconds": 75.5,
                "peak_memory_bytes": 2**31,
                "tokens_per_second": 1234.5,
            }
        },
        "base": {"model": "/home/someone/models/tiny", "revision": None, "digest": "cd" * 32},
        "model": {
            "task": "chat",
            "method": {"kind": "lora", "r": 8},
            "seed": 0,
            "data": {"train": "ef" * 32},
            "code_sha256": "12" * 32,
            "template_sha256": "34" * 32,
            "tokenizer_sha256": None,
            "parents": [],
            "settings": {"epochs": 2, "method": {"kind": "lora"}},
        },
        "candidate": "sft",
        "weights": {"adapter_model.safetensors": "56" * 32},
    }


def data_report(params: ProfileParams) -> DataReport:
    """Return what the data page shows, of a version whose rows have changed since the last."""
    sides = {"train": to_rows(shop_rows(120, "train")), "test": to_rows(shop_rows(40))}
    profile = profile_of(sides, params, 0)
    before = profile_of({**sides, "train": to_rows(shop_rows(60, "other"))}, params, 0)
    facts = data_facts()
    manifest = {**facts["manifest"], "totals": {"rows": 140, "quarantined": 2, "files": 2}}
    return DataReport(
        **{**facts, "manifest": manifest},
        first_validation=facts["validation"],
        profile=profile,
        shifts=drift(before, profile, params),
        has_previous=True,
        dropped={
            ("length", "no answer"): [("shop_zh.jsonl:3", "订单在哪里？"), ("shop_en.jsonl:9", "")]
        },
        quarantine=[{"file": "shop_en.jsonl", "line": 71, "reason": "not JSON"}],
    )


def comparison() -> dict[str, Any]:
    """Return what `tunesmith compare --json` prints of two versions."""
    match, loss = {"metric": "match"}, {"metric": "loss", "higher_is_better": False}
    test = [
        {
            "slice": "overall",
            "metrics": [_gap(0.2, 0.1, 0.3, **loss), _gap(0.1, 0.05, 0.15, **match)],
        },
        {"slice": "lang=<zh>", "metrics": [_gap(-0.4, -0.6, -0.2, **match)]},
    ]
    kept = [{"slice": "overall", "metrics": [_gap(0.01, -0.02, 0.04, **match)]}]
    return {
        "first": {"name": "adapter@v0.1.0"},
        "second": {"name": "adapter@v0.2.0"},
        "confidence": 0.95,
        "sets": [
            {"set": "test", "shared": 60, "of": [60, 70], "slices": test},
            {"set": "retention:prose", "shared": 20, "of": [20, 20], "slices": kept},
        ],
    }


def _gap(difference: float, low: float, high: float, metric: str, **more: Any) -> dict[str, Any]:
    """Return one line of a comparison."""
    return {
        "metric": metric,
        "title": metric.title(),
        "scale": 1.0,
        "higher_is_better": True,
        "first": 0.5,
        "second": 0.5 + difference,
        "difference": difference,
        "low": low,
        "high": high,
        "p": 0.01,
        "n": 60,
        **more,
    }
