"""Behavioural tests: how often each model fails them, and the cases that the candidate fails."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.marked import marked
from tunesmith.report.score_view import LANGUAGES, MODELS
from tunesmith.report.words import LONGEST_BRIEF, brief, interval, p_value, share

KINDS = {
    "MFT": "minimum functionality: the answer must hold what is asked for",
    "INV": "invariance: a change that means nothing must not change the answer",
    "DIR": "direction: a change that means something must change the answer as stated",
}
SAME_WORDS = {"answer_with_swap": "the same answer with what was put in"}
MOST_CASES = 40
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


def asked_tests(evidence: Evidence) -> int:
    """Return how many tests the candidate was asked."""
    tests = evidence.behaviour.get("tests", {}).values()
    return sum(test["models"]["candidate"]["asked"] > 0 for test in tests)


def failing_tests(evidence: Evidence) -> list[Tree]:
    """Return every test that the candidate fails, the worst first, with 40 failing cases in all.

    The tests take turns: none shows its second case before all have shown their first.
    """
    found = evidence.behaviour.get("tests", {}).items()
    failed = sorted((one for one in found if one[1]["failing"]), key=lambda one: -_rate_of(one[1]))
    counts = _dealt([len(test["failing"]) for _, test in failed], MOST_CASES)
    return [_failing(name, test, count) for (name, test), count in zip(failed, counts, strict=True)]


def _rate_of(test: Tree) -> float:
    """Return the candidate's failure rate, 0 where it was not asked."""
    rate = test["models"]["candidate"]["rate"]
    return float(rate["value"]) if rate else 0.0


def _dealt(held: Sequence[int], most: int) -> list[int]:
    """Return how many each shows of what it holds, one in turn until `most` are shown."""
    rounds = range(max(held, default=0))
    turns = (place for turn in rounds for place, count in enumerate(held) if turn < count)
    shown = Counter(islice(turns, most))
    return [shown[place] for place in range(len(held))]


def _failing(name: str, test: Tree, cases: int) -> Tree:
    """Return a test with so many of its failing cases."""
    told = test["models"]["candidate"]
    return {
        "name": name,
        "kind": test["kind"],
        "lang": test["langs"][0] if len(test["langs"]) == 1 else "und",
        "source": test["source"],
        "failures": told["failures"],
        "asked": told["asked"],
        "cases": [_case(one) for one in test["failing"][:cases]],
    }


def _case(one: Tree) -> Tree:
    """Return a failing case; variant and answer to it are marked against those of the original."""
    answers = one["answers"]["candidate"]
    question, changed = _pair(one["original"], one["variant"])
    before, after = _pair(answers["original"], answers["variant"])
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


def _pair(first: str | None, second: str | None) -> tuple[str, str]:
    """Return two texts with what differs marked; without a second the first as it is."""
    return marked(first or "", second, LONGEST_BRIEF) if second else (brief(first), "")


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
