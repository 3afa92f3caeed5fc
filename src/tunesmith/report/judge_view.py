"""What a judging model preferred, and how far the order of the answers decided."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.score_view import MODELS
from tunesmith.report.words import count, share

METRIC = "judge"


def judge_table(evidence: Evidence) -> list[Tree]:
    """Return a line a model; none where no judge was asked."""
    found = evidence.metrics.get(METRIC, {})
    return [_line(model, found[model]) for model in MODELS if model in found]


def signature(evidence: Evidence) -> str:
    """Return what pins the judge down."""
    return str(evidence.metrics["about"].get(METRIC, {}).get("signature") or "")


def _line(model: str, found: Tree) -> Tree:
    """Return one model's counts; answers with the reference's text are ties that nobody judged.

    `counted` rows have the verdicts of all models: the score is of these.
    """
    return {
        "model": model,
        "rows": count(found["rows"]),
        "judged": count(found["judged"]),
        "counted": count(found["counted"]),
        "wins": count(found["wins"]),
        "ties": count(found["ties"]),
        "losses": count(found["losses"]),
        "same_text": count(found["same_text"]),
        "silent": count(found["replies_without_verdict"]),
        "flips": share(found["flips"], 1),
        "first": share(found["first_preferred"], 1),
    }
