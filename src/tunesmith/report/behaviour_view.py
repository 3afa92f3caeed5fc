"""Behavioural tests: how often each model fails them, and the cases that the candidate fails."""

from typing import Any

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.marked import marked
from tunesmith.report.score_view import LANGUAGES, MODELS
from tunesmith.report.words import interval, p_value, share, shortened

KINDS = {
    "MFT": "minimum functionality: the answer must hold what is asked for",
    "INV": "invariance: a change that means nothing must not change the answer",
    "DIR": "direction: a change that means something must change the answer as stated",
}
SAME_WORDS = {"answer_with_swap": "the same answer with what was put in"}
MOST_CASES = 40
LONGEST = 400  # characters of a question or answer
SAME = 0.05  # p above it is no difference


def group_table(evidence: Evidence) -> list[Tree]:
    """Return a line for each capability, kind and language, the candidate's worst first."""
    found = evidence.behaviour.get("groups", {})
    lines = [_group(key, group) for key, group in found.items()]
    return sorted(lines, key=lambda line: (-line["failed"], line["capability"], line["lang"]))


def _group(key: str, found: Tree) -> Tree:
    """Return one line."""
    capability, kind, lang = key.rsplit("/", 2)
    against = found["against"].get("champion")
    return {
        "capability": capability,
        "kind": kind,
        "lang": LANGUAGES.get(lang, lang),
        "cases": found["cases"],
        "failed": (found["models"]["candidate"]["rate"] or {"value": -1.0})["value"],
        "cells": [_rate(model, found["models"][model]) for model in MODELS],
        "change": _change(against) if against else None,
    }


def _rate(model: str, found: Tree) -> Tree:
    """Return a model's failure rate, its counts and its interval."""
    rate = found["rate"]
    return {
        "model": model,
        "value": share(rate["value"], 1).replace(".0 %", " %") if rate else "not asked",
        "failures": found["failures"],
        "asked": found["asked"],
        "interval": interval(100 * rate["low"], 100 * rate["high"], 100) if rate else "",
    }


def _change(found: Tree) -> Tree:
    """Return what the candidate newly fails and no longer fails against the champion."""
    worse, better = found["only_candidate_fails"], found["only_champion_fails"]
    sure = found["p"] <= SAME
    kind = "even" if not sure or worse == better else "worse" if worse > better else "better"
    return {"worse": worse, "better": better, "p": p_value(found["p"]), "kind": kind}


def failing_tests(evidence: Evidence) -> list[Tree]:
    """Return the tests that the candidate fails with some of the failing cases, 40 in all."""
    shown, left = [], MOST_CASES
    for name, test in evidence.behaviour.get("tests", {}).items():
        cases = test["failing"][:left]
        left -= len(cases)
        if cases:
            counts = test["models"]["candidate"]
            shown.append(
                {
                    "name": name,
                    "kind": test["kind"],
                    "lang": test["langs"][0] if len(test["langs"]) == 1 else "und",
                    "source": test["source"],
                    "failures": counts["failures"],
                    "asked": counts["asked"],
                    "cases": [_case(one) for one in cases],
                }
            )
    return shown


def _case(one: Tree) -> Tree:
    """Return a failing case; variant and answer to it are marked against those of the original."""
    answers = one["answers"]["candidate"]
    original, variant = _short(one["original"]), _short(one["variant"])
    before, after = _short(answers["original"]), _short(answers["variant"])
    question, changed = marked(original, variant) if variant else (original, "")
    before, after = marked(before, after) if after else (before, after)
    return {
        "original": question,
        "variant": changed,
        "before": before,
        "after": after,
        "has_variant": one["variant"] is not None,
        "perturbation": (one["perturbation"] or "").replace("_", " "),
        "expected": expected(one["expect"]),
        "why": one["why"],
    }


def expected(expect: Any) -> str:
    """Return an expectation in words: `contains: 50381`."""
    if not isinstance(expect, dict):
        return str(expect)
    return "; ".join(_one(key, value) for key, value in sorted(expect.items()))


def _one(key: str, value: Any) -> str:
    """Return one part of an expectation."""
    name = key.replace("_", " ")
    if key == "same":
        return SAME_WORDS.get(value, f"the same {value}")
    if value is True:
        return name
    return f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


def left_out(evidence: Evidence) -> list[tuple[str, str]]:
    """Return tests, perturbations and sets that were not asked, each with its reason."""
    found = evidence.exam.get("behaviour", {})
    tests = [
        (one["test"], one["reason"] + (f" ({one['cases']} cases)" if one["cases"] else ""))
        for one in found.get("left_out", [])
    ]
    changes = [
        (name, f"{kind.replace('_', ' ')} does not apply to {count} cases")
        for name, kinds in found.get("not_applicable", {}).items()
        for kind, count in kinds.items()
    ]
    unasked = [
        (name, f"{count} cases not decided: {reason}")
        for name, test in evidence.behaviour.get("tests", {}).items()
        for reason, count in test["models"]["candidate"]["not_asked_because"].items()
    ]
    return [*tests, *changes, *unasked]


def _short(text: str | None) -> str:
    """Return a text that is not endless."""
    return shortened(text or "", LONGEST)
