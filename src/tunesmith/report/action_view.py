"""What to do next, and rows that deserve a look: suspected labels, sure but wrong answers."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.marked import marked
from tunesmith.report.words import LONGEST_BRIEF, brief, number

SHOWN = 10
MEASURES = {
    "probability": "probability of the wrong label",
    "probability_per_token": "probability of a token of the wrong answer (geometric mean)",
}


def actions(evidence: Evidence) -> list[Tree]:
    """Return the plan, the costliest finding first; what only says where to read comes last."""
    return [
        {
            "kind": one["kind"].replace("_", " "),
            "words": one["words"],
            "note": "" if one["finding"] == "slice" else _worth(one),
        }
        for one in evidence.findings["plan"]
    ]


def _worth(one: Tree) -> str:
    """Return how much a finding costs; the words of a slice say it themselves."""
    return f"{one['finding'].replace('_', ' ')}, {number(one['impact'], 100)} rows' worth"


def suspects(evidence: Evidence) -> list[Tree]:
    """Return test and train rows whose label or answer is likely wrong, ten of each."""
    found = evidence.findings["label_errors"]
    titles = {
        "test": "Test rows whose reference is likely wrong",
        "train": "Train rows near the failures that contradict others",
    }
    return [
        {
            "title": title,
            "rows": len(found[side]),
            "lines": [_suspect(one) for one in found[side][:SHOWN]],
        }
        for side, title in titles.items()
        if found[side]
    ]


def _suspect(one: Tree) -> Tree:
    """Return one row; what is likely right is marked against what was given."""
    given, likely = marked(one["given"] or "", one["likely"] or "", LONGEST_BRIEF)
    return {"id": one["id"], "prompt": brief(one["prompt"]), "given": given, "likely": likely}


def surest(evidence: Evidence) -> Tree:
    """Return the wrong rows that the model is surest of, and by which measure."""
    found = evidence.findings["surest"]
    measure = found["measure"]
    rows = found["rows"]
    return {
        "measure": MEASURES.get(measure, measure or ""),
        "rows": len(rows),
        "lines": [_sure(one, measure) for one in rows[:SHOWN]],
    }


def _sure(one: Tree, measure: str) -> Tree:
    """Return one row with its measure."""
    reference, candidate = marked(one["reference"] or "", one["candidate"] or "", LONGEST_BRIEF)
    return {
        "id": one["id"],
        "lang": one["lang"],
        "prompt": brief(one["prompt"]),
        "reference": reference,
        "candidate": candidate,
        "sure": number(one[measure]),
    }
