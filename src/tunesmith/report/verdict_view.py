"""The verdict and what each check of the gate allows."""

from tunesmith.report.evidence import ResultEvidence, Tree

ALLOWS = {"SHIP": "allows SHIP", "HOLD": "allows no more than HOLD", "REJECT": "demands REJECT"}
STRICTEST = ("REJECT", "HOLD", "SHIP")
SILENT = "nothing against it"


def check_table(evidence: ResultEvidence) -> list[Tree]:
    """Return every check of the gate, the strictest first."""
    found = sorted(evidence.verdict["checks"], key=lambda check: STRICTEST.index(check["verdict"]))
    return [
        {
            "name": check["name"],
            "verdict": check["verdict"],
            "allows": ALLOWS[check["verdict"]],
            "reason": check["reason"] or SILENT,
        }
        for check in found
    ]
